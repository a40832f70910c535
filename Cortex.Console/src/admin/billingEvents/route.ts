import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { staffRoute } from '@/routes';
import { readText } from '@/ui/readText';

export interface BillingEventsSearch {
  state?: string;
  user?: string;
  cursor?: string;
}

const listRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/billing-events',
  validateSearch: (search: Record<string, unknown>): BillingEventsSearch => ({
    state: readText(search.state),
    user: readText(search.user),
    cursor: readText(search.cursor),
  }),
  component: lazyRouteComponent(() => import('./BillingEventsPage'), 'BillingEventsPage'),
});

const eventRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/billing-events/$id',
  component: lazyRouteComponent(() => import('./BillingEventPage'), 'BillingEventPage'),
});

export const billingEventsRoutes = [listRoute, eventRoute] as const;
