import { createRoute } from '@tanstack/react-router';
import { staffRoute } from '@/routes';
import { lazyComponent } from '@/ui/lazyComponent';

export const importRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/import',
  component: lazyComponent(() => import('./ImportPage'), 'ImportPage'),
});
