import { createRoute } from '@tanstack/react-router';
import { appRoute } from '@/routes';
import { lazyPage } from '@/ui/lazyPage';
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
  ...lazyPage(() => import('./ActivityPage'), 'ActivityPage'),
});
