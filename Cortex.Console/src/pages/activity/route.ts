import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { appRoute } from '@/routes';
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
  component: lazyRouteComponent(() => import('./ActivityPage'), 'ActivityPage'),
});
