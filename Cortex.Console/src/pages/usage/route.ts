import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { appRoute } from '@/routes';

export const usageRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/usage',
  component: lazyRouteComponent(() => import('./UsagePage'), 'UsagePage'),
});
