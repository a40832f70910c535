import { router } from './router';
import { currentUserId, lookAgain, subscribe } from './session/session';

/** Keeps the page in step with the session, after a logout in any tab, or after somebody else has logged in. */
export function followSession() {
  let userId = currentUserId();
  subscribe(() => {
    const next = currentUserId();
    if (next !== userId) {
      userId = next;
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
