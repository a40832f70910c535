import { lastActivity, rememberActivity } from './hint';
import { logOut } from './logout';
import { endSession } from './session';

/** How long staff may be idle in all tabs together. */
export const idleLimit = 30 * 60_000;

const checkInterval = 15_000;
const writeInterval = 5_000;
const activities = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

export function isIdle(now = Date.now()) {
  const last = lastActivity();
  return last !== undefined && now - last > idleLimit;
}

/** Logs staff out who have been idle for too long. The time of the last activity is shared by the tabs. */
export function watchIdleness() {
  let written = 0;
  const note = () => {
    if (Date.now() - written > writeInterval && !isIdle()) {
      written = Date.now();
      rememberActivity(written);
    }
  };
  const check = () => {
    if (isIdle()) {
      logOut()
        .catch(() => undefined) // The server can't be reached; this browser forgets the session all the same.
        .finally(() => endSession('idle'));
    }
  };
  for (const activity of activities) {
    addEventListener(activity, note, { passive: true });
  }

  addEventListener('visibilitychange', check);
  const timer = setInterval(check, checkInterval);
  return () => {
    clearInterval(timer);
    removeEventListener('visibilitychange', check);
    for (const activity of activities) {
      removeEventListener(activity, note);
    }
  };
}
