import { createRoute } from '@tanstack/react-router';
import { appRoute } from '@/routes';
import { lazyPage } from '@/ui/lazyPage';
import { readText } from '@/ui/readText';
import { readUsageSearch, type UsageSearch } from '@/ui/usage/usageSearch';

/** The report and, below it, the requests: both are about the same period and key. */
export interface UsagePageSearch extends UsageSearch {
  endpoint?: string;
  provider?: string;
  /** `error`, or a code. */
  status?: string;
  cursor?: string;
}

export const usageRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/usage',
  validateSearch: (search: Record<string, unknown>): UsagePageSearch => ({
    ...readUsageSearch(search),
    endpoint: readText(search.endpoint),
    provider: readText(search.provider),
    status: readText(search.status),
    cursor: readText(search.cursor),
  }),
  ...lazyPage(() => import('./UsagePage'), 'UsagePage'),
});
