import { createRoute } from '@tanstack/react-router';
import { staffRoute } from '@/routes';
import { lazyComponent } from '@/ui/lazyComponent';
import { readText } from '@/ui/readText';

export interface ReconciliationSearch {
  month?: string;
  drift?: boolean;
  user?: string;
  cursor?: string;
  /** Where the page of refused usage begins. */
  refused?: string;
}

export const reconciliationRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/reconciliation',
  validateSearch: (search: Record<string, unknown>): ReconciliationSearch => ({
    month: readText(search.month),
    drift: typeof search.drift === 'boolean' ? search.drift : undefined,
    user: readText(search.user),
    cursor: readText(search.cursor),
    refused: readText(search.refused),
  }),
  component: lazyComponent(() => import('./ReconciliationPage'), 'ReconciliationPage'),
});
