import { createRoute } from '@tanstack/react-router';
import { staffRoute } from '@/routes';
import { lazyComponent } from '@/ui/lazyComponent';
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
  component: lazyComponent(() => import('./BillingEventsPage'), 'BillingEventsPage'),
});

const eventRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/billing-events/$id',
  component: lazyComponent(() => import('./BillingEventPage'), 'BillingEventPage'),
});

export const billingEventsRoutes = [listRoute, eventRoute] as const;
