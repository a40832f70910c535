import { createRoute } from '@tanstack/react-router';
import { appRoute } from '@/routes';
import { lazyPage } from '@/ui/lazyPage';

export const accountRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/account',
  ...lazyPage(() => import('./AccountPage'), 'AccountPage'),
});
