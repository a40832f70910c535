import { createRoute } from '@tanstack/react-router';
import { appRoute } from '@/routes';
import { lazyComponent } from '@/ui/lazyComponent';

export const sessionsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/account/sessions',
  component: lazyComponent(() => import('./SessionsPage'), 'SessionsPage'),
});
