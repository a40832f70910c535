import { createRoute } from '@tanstack/react-router';
import { appRoute } from '@/routes';
import { lazyPage } from '@/ui/lazyPage';

export const overviewRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/',
  ...lazyPage(() => import('./OverviewPage'), 'OverviewPage'),
});
