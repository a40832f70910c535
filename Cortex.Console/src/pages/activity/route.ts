import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { appRoute } from '@/routes';

interface ActivitySearch {
  /** Where the page begins; absent on the first one. */
  cursor?: string;
}

export const activityRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/activity',
  validateSearch: (search: Record<string, unknown>): ActivitySearch => ({
    cursor: typeof search.cursor === 'string' ? search.cursor : undefined,
  }),
  component: lazyRouteComponent(() => import('./ActivityPage'), 'ActivityPage'),
});
