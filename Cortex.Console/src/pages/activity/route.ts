import { createRoute } from '@tanstack/react-router';
import { appRoute } from '@/routes';
import { lazyComponent } from '@/ui/lazyComponent';
import { readText } from '@/ui/readText';

interface ActivitySearch {
  /** Where the page begins; absent on the first one. */
  cursor?: string;
}

export const activityRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/activity',
  validateSearch: (search: Record<string, unknown>): ActivitySearch => ({
    cursor: readText(search.cursor),
  }),
  component: lazyComponent(() => import('./ActivityPage'), 'ActivityPage'),
});
