import { createRoute } from '@tanstack/react-router';
import { staffRoute } from '@/routes';
import { lazyComponent } from '@/ui/lazyComponent';
import { readUsageSearch } from '@/ui/usage/usageSearch';

export const allUsageRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/usage',
  validateSearch: readUsageSearch,
  component: lazyComponent(() => import('./AllUsagePage'), 'AllUsagePage'),
});
