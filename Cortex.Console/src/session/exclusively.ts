const lockName = 'cortex-session';

/** A tab that a phone has put to sleep may keep the lock. Two refreshes at once are harmless then, because of the server's grace period. */
const defaultWait = 10_000;

/**
 * Runs what changes the refresh cookie in one tab at a time, so that a late answer never replaces a newer cookie. Without locks (plain http), the
 * server's grace period for the parent of a refresh token keeps two tabs from logging each other out.
 */
export async function exclusively<T>(action: () => Promise<T>, wait = defaultWait): Promise<T> {
  if (!navigator.locks) {
    return await action();
  }

  let isGranted = false;
  const run = () => {
    isGranted = true;
    return action();
  };
  try {
    return await navigator.locks.request(lockName, { signal: AbortSignal.timeout(wait) }, run);
  } catch (error) {
    if (isGranted) {
      throw error;
    }

    return await action();
  }
}
