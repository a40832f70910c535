import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { staffRoute } from '@/routes';

export const importRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/import',
  component: lazyRouteComponent(() => import('./ImportPage'), 'ImportPage'),
});
