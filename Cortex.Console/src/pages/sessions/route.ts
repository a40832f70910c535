import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { appRoute } from '@/routes';

export const sessionsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/account/sessions',
  component: lazyRouteComponent(() => import('./SessionsPage'), 'SessionsPage'),
});
