import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { publicRoute } from '@/routes';

export const registerRoute = createRoute({
  getParentRoute: () => publicRoute,
  path: '/register',
  component: lazyRouteComponent(() => import('./RegisterPage'), 'RegisterPage'),
});
