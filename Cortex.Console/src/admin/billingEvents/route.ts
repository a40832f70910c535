import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { staffRoute } from '@/routes';

const listRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/billing-events',
  component: lazyRouteComponent(() => import('./BillingEventsPage'), 'BillingEventsPage'),
});

const eventRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/billing-events/$id',
  component: lazyRouteComponent(() => import('./BillingEventPage'), 'BillingEventPage'),
});

export const billingEventsRoutes = [listRoute, eventRoute] as const;
