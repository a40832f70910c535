import { createRoute } from '@tanstack/react-router';
import { staffRoute } from '@/routes';
import { lazyComponent } from '@/ui/lazyComponent';
import { parseUsersSearch } from './usersSearch';

export const usersRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/users',
  validateSearch: parseUsersSearch,
  component: lazyComponent(() => import('./UsersPage'), 'UsersPage'),
});
