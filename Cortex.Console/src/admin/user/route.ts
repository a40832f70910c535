import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { staffRoute } from '@/routes';
import { parseUserSearch } from './sections';

export const userRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/users/$id',
  validateSearch: parseUserSearch,
  component: lazyRouteComponent(() => import('./UserPage'), 'UserPage'),
});
