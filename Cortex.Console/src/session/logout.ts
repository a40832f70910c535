import { ApiError } from '@/api/problem';
import { exclusively } from './exclusively';
import { keepPreferences } from './preferences';
import { type EndReason, endSession, sessionState } from './session';

/** Another tab's refresh is waited for this long. A logout must not hang on it. */
const longestWait = 2_000;

/** Ends the session at the server and then in every tab. Throws if the server can't be reached, because the session would still be alive. */
export async function logOut(reason: EndReason = 'logged_out') {
  const session = sessionState();
  const token = session.status === 'authenticated' ? session.token.value : undefined;
  // The answer has the browser clear its storage.
  const restorePreferences = keepPreferences();
  await exclusively(async () => {
    let response = await send(token);
    if (response.status === 401 && token) {
      // The token has expired, but the session of the cookie may be alive.
      response = await send(undefined);
    }

    // 400 and 401: there is no session anymore.
    if (!response.ok && response.status !== 400 && response.status !== 401) {
      throw await ApiError.from(response);
    }
  }, longestWait);
  restorePreferences();
  endSession(reason);
}

async function send(token: string | undefined) {
  try {
    return await fetch('/api/v1/auth/logout', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) },
      body: '{}',
      keepalive: true,
    });
  } catch {
    throw ApiError.unreachable();
  }
}
