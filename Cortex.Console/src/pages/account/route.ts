import { createRoute } from '@tanstack/react-router';
import { appRoute } from '@/routes';
import { lazyComponent } from '@/ui/lazyComponent';

export const accountRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/account',
  component: lazyComponent(() => import('./AccountPage'), 'AccountPage'),
});
