import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { staffRoute } from '@/routes';

export const statisticsRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin',
  component: lazyRouteComponent(() => import('./StatisticsPage'), 'StatisticsPage'),
});
