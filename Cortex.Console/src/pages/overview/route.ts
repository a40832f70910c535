import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { appRoute } from '@/routes';

export const overviewRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./OverviewPage'), 'OverviewPage'),
});
