import { createRoute } from '@tanstack/react-router';
import { staffRoute } from '@/routes';
import { lazyComponent } from '@/ui/lazyComponent';
import { parseUserSearch } from './sections';

export const userRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/users/$id',
  validateSearch: parseUserSearch,
  component: lazyComponent(() => import('./UserPage'), 'UserPage'),
});
