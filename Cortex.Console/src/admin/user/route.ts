import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { staffRoute } from '@/routes';

export const userRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/users/$id',
  component: lazyRouteComponent(() => import('./UserPage'), 'UserPage'),
});
