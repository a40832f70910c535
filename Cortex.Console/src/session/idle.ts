import { lastActivity, rememberActivity } from './hint';
import { logOut } from './logout';
import { endSession, sessionState } from './session';

/** How long staff may be idle in all tabs together. */
export const idleLimit = 30 * 60_000;

const checkInterval = 15_000;
const writeInterval = 5_000;
// Readings of the clock in different tabs differ by less than this, unless somebody changed the clock.
const clockTolerance = 60_000;
const activities = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

// The last activity that this tab knows of, and when it learned of it by a clock that nobody can set.
let seen: { activity: number; at: number } | undefined;

/**
 * Whether the user was idle for too long, by the time of the last activity that the tabs share. The computer's clock may be set back meanwhile, so the
 * time that has passed in this tab counts as well; a computer that has slept was idle.
 */
export function isIdle() {
  const activity = lastActivity();
  if (activity !== undefined && activity !== seen?.activity) {
    seen = { activity, at: performance.now() };
  }

  if (!seen) {
    return false;
  }

  return Date.now() - seen.activity > idleLimit || performance.now() - seen.at > idleLimit;
}

/** Whether the stored time can't be: the clock was set back while no tab was open, so nobody knows how long the user was idle. */
export function isActivityUnknown() {
  return (lastActivity() ?? 0) - Date.now() > clockTolerance;
}

let leaving: Promise<void> | undefined;

/** Ends a session that was idle for too long. This browser forgets it even if the server can't be reached. */
export function logOutIdle(): Promise<void> {
  leaving ??= logOut('idle')
    .catch(() => endSession('idle'))
    .finally(() => {
      leaving = undefined;
    });
  return leaving;
}

/** Logs staff out who have been idle for too long. */
export function watchIdleness() {
  let written = Number.NEGATIVE_INFINITY;
  const check = () => {
    if (!isLoggedIn()) {
      return;
    }

    if (isIdle()) {
      logOutIdle();
    } else if (isActivityUnknown() && seen) {
      // The clock was set back, so the time of the last activity is stored again by the new clock.
      rememberActivity(Date.now() - Math.round(performance.now() - seen.at));
    }
  };
  const note = () => {
    check();
    if (isLoggedIn() && !leaving && performance.now() - written > writeInterval) {
      written = performance.now();
      rememberActivity();
    }
  };
  for (const activity of activities) {
    addEventListener(activity, note, { passive: true, capture: true });
  }

  document.addEventListener('visibilitychange', check);
  document.addEventListener('resume', check);
  const timer = setInterval(check, checkInterval);
  check();
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', check);
    document.removeEventListener('resume', check);
    for (const activity of activities) {
      removeEventListener(activity, note, { capture: true });
    }
  };
}

/** The page stays for a moment after a logout in another tab. */
function isLoggedIn() {
  return sessionState().status === 'authenticated';
}
