import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { appRoute } from '@/routes';

export const keysRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/keys',
  component: lazyRouteComponent(() => import('./KeysPage'), 'KeysPage'),
});
