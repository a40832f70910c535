import { createRoute } from '@tanstack/react-router';
import { publicRoute } from '@/routes';
import { lazyComponent } from '@/ui/lazyComponent';

export const forgotPasswordRoute = createRoute({
  getParentRoute: () => publicRoute,
  path: '/forgot-password',
  component: lazyComponent(() => import('./ForgotPasswordPage'), 'ForgotPasswordPage'),
});
