import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { staffRoute } from '@/routes';
import { parseUsersSearch } from './usersSearch';

export const usersRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/users',
  validateSearch: parseUsersSearch,
  component: lazyRouteComponent(() => import('./UsersPage'), 'UsersPage'),
});
