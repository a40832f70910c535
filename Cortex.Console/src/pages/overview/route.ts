import { createRoute } from '@tanstack/react-router';
import { appRoute } from '@/routes';
import { lazyComponent } from '@/ui/lazyComponent';

export const overviewRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/',
  component: lazyComponent(() => import('./OverviewPage'), 'OverviewPage'),
});
