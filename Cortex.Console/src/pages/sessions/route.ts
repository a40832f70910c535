import { createRoute } from '@tanstack/react-router';
import { appRoute } from '@/routes';
import { lazyPage } from '@/ui/lazyPage';

export const sessionsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/account/sessions',
  ...lazyPage(() => import('./SessionsPage'), 'SessionsPage'),
});
