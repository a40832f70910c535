import { queryClient } from './queryClient';
import { router } from './router';
import { lookAgain, sessionState, subscribe } from './session/session';

/** Keeps the page in step with the session: nobody's data stays on it after a logout in any tab, or after somebody else has logged in. */
export function followSession() {
  let userId = currentUser();
  subscribe(() => {
    const next = currentUser();
    if (next !== userId) {
      userId = next;
      queryClient.cancelQueries();
      queryClient.clear();
      router.invalidate();
    }
  });
  addEventListener('pageshow', (event) => {
    if (event.persisted) {
      // Timers and messages may not have reached the page while it was kept.
      lookAgain().catch(() => undefined); // The next request says that the server can't be reached.
    }
  });
}

function currentUser() {
  const session = sessionState();
  return session.status === 'authenticated' ? session.token.userId : undefined;
}
