// A hint that there is a session, so that visitors without one don't cost a request. It is the time of the user's last activity, and no secret.
const key = 'session';

// For browsers that block storage.
let inMemory: number | undefined;

/** When the user was last active in any tab, in milliseconds since 1970; undefined if nobody was logged in, or if the storage was cleared. */
export function lastActivity(): number | undefined {
  try {
    const stored = Number(localStorage.getItem(key) ?? Number.NaN);
    return Number.isFinite(stored) ? stored : undefined;
  } catch {
    return inMemory ?? Date.now(); // Only the server knows whether there is a session.
  }
}

export function rememberActivity(time = Date.now()) {
  inMemory = time;
  try {
    localStorage.setItem(key, String(time));
  } catch {
    // Without storage, the next visit asks the server.
  }
}

export function forgetSession() {
  inMemory = undefined;
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was stored.
  }
}
