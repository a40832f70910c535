import { createRoute, redirect } from '@tanstack/react-router';
import { publicRoute } from '@/routes';
import { sessionState, start } from '@/session/session';
import { lazyComponent } from '@/ui/lazyComponent';

export const registerRoute = createRoute({
  getParentRoute: () => publicRoute,
  path: '/register',
  beforeLoad: async ({ cause }) => {
    await start().catch(() => undefined);
    // Whoever has just registered here is logged in as well, and stays to read about the email.
    if (cause === 'enter' && sessionState().status === 'authenticated') {
      throw redirect({ to: '/', replace: true });
    }
  },
  component: lazyComponent(() => import('./RegisterPage'), 'RegisterPage'),
});
