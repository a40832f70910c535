import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { staffRoute } from '@/routes';

export const auditRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/audit',
  component: lazyRouteComponent(() => import('./AuditPage'), 'AuditPage'),
});
