// A hint that there was a session, so that visitors without one don't cost a request. It is a time, and no secret.
const key = 'session';

/** When the user was last active in any tab, in milliseconds since 1970; undefined if nobody was logged in. */
export function lastActivity(): number | undefined {
  try {
    const stored = Number(localStorage.getItem(key) ?? Number.NaN);
    return Number.isFinite(stored) ? stored : undefined;
  } catch {
    return Date.now(); // Storage is blocked: only the server knows.
  }
}

export function rememberActivity(time = Date.now()) {
  try {
    localStorage.setItem(key, String(time));
  } catch {
    // Without storage, the next visit asks the server.
  }
}

export function forgetSession() {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was stored.
  }
}
