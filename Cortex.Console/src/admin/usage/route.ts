import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { staffRoute } from '@/routes';
import { readUsageSearch } from '@/ui/usage/usageSearch';

export const allUsageRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/usage',
  validateSearch: readUsageSearch,
  component: lazyRouteComponent(() => import('./AllUsagePage'), 'AllUsagePage'),
});
