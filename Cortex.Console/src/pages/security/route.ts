import { createRoute } from '@tanstack/react-router';
import { appRoute } from '@/routes';
import { lazyPage } from '@/ui/lazyPage';

export const securityRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/account/security',
  ...lazyPage(() => import('./SecurityPage'), 'SecurityPage'),
});
