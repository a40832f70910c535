import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { staffRoute } from '@/routes';

export const reconciliationRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/reconciliation',
  component: lazyRouteComponent(() => import('./ReconciliationPage'), 'ReconciliationPage'),
});
