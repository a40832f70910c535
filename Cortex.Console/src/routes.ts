import { createRootRouteWithContext, createRoute, redirect } from '@tanstack/react-router';
import { AppLayout } from './layout/AppLayout';
import { NotFoundPage } from './layout/NotFoundPage';
import { PageError } from './layout/PageError';
import { PublicLayout } from './layout/PublicLayout';
import { isActivityUnknown, isIdle, logOutIdle } from './session/idle';
import { sessionState, start } from './session/session';

/** The roots that pages hang on: everybody's, those before the login, those behind it, and the staff's. */
export const rootRoute = createRootRouteWithContext()({ notFoundComponent: NotFoundPage, errorComponent: PageError });

export const publicRoute = createRoute({ getParentRoute: () => rootRoute, id: 'public', component: PublicLayout });

export const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  component: AppLayout,
  beforeLoad: async ({ location }) => {
    await start();
    await nextTask();
    const session = sessionState();
    if (session.status === 'authenticated' && isStaff(session.token.roles) && (isIdle() || isActivityUnknown())) {
      await logOutIdle();
    }

    const now = sessionState();
    if (now.status !== 'authenticated') {
      // Whoever logs in after a logout may be somebody else, who has no use for the address.
      const wasLoggedOut = now.status === 'anonymous' && now.reason === 'logged_out';
      const next = location.href === '/' || wasLoggedOut ? undefined : location.href;
      throw redirect({ to: '/login', search: { next }, replace: true });
    }
  },
});

/** Lets the browser show the click that leads to another page, before that page is rendered. */
function nextTask() {
  return new Promise((resolve) => setTimeout(resolve));
}

export const staffRoute = createRoute({
  getParentRoute: () => appRoute,
  id: 'staff',
  beforeLoad: () => {
    const session = sessionState();
    if (session.status === 'authenticated' && !isStaff(session.token.roles)) {
      throw redirect({ to: '/', replace: true });
    }
  },
});

function isStaff(roles: string[]) {
  return roles.includes('admin') || roles.includes('support');
}
