import { createRoute, redirect } from '@tanstack/react-router';
import { publicRoute } from '@/routes';
import { nextPage } from '@/session/next';
import { sessionState, start } from '@/session/session';
import { LoginPage } from './LoginPage';

interface LoginSearch {
  /** Where to go afterwards: a path of the console. */
  next?: string;
}

export const loginRoute = createRoute({
  getParentRoute: () => publicRoute,
  path: '/login',
  validateSearch: (search: Record<string, unknown>): LoginSearch => ({ next: typeof search.next === 'string' ? search.next : undefined }),
  beforeLoad: async ({ search }) => {
    // If the server can't be reached, the form says so once it is sent.
    await start().catch(() => undefined);
    if (sessionState().status === 'authenticated') {
      throw redirect({ href: nextPage(search.next), replace: true });
    }
  },
  component: LoginPage, // It isn't loaded separately, because everything that it needs is needed at the start, or by other pages too.
});
