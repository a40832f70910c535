import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { staffRoute } from '@/routes';

export const usersRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/users',
  component: lazyRouteComponent(() => import('./UsersPage'), 'UsersPage'),
});
