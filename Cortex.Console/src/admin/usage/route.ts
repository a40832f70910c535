import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { staffRoute } from '@/routes';

export const allUsageRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/usage',
  component: lazyRouteComponent(() => import('./AllUsagePage'), 'AllUsagePage'),
});
