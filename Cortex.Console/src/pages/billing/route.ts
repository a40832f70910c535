import { createRoute } from '@tanstack/react-router';
import { appRoute } from '@/routes';
import { lazyPage } from '@/ui/lazyPage';

interface BillingSearch {
  /** Set by the payment provider, when the browser comes back from a payment. */
  checkout_id?: string;
  /** The tier before the payment, which the console put into the address to come back to. */
  from?: string;
}

export const billingRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/billing',
  validateSearch: (search: Record<string, unknown>): BillingSearch => ({
    checkout_id: search.checkout_id === undefined ? undefined : String(search.checkout_id),
    from: typeof search.from === 'string' ? search.from : undefined,
  }),
  ...lazyPage(() => import('./BillingPage'), 'BillingPage'),
});
