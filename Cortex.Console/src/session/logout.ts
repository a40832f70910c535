import { api } from '@/api/client';
import { ApiError } from '@/api/problem';
import { endSession } from './session';

/** Ends the session at the server and then in every tab. Throws if the server can't be reached, because the session would still be alive. */
export async function logOut() {
  try {
    await api.POST('/api/v1/auth/logout', { body: {} });
  } catch (error) {
    // 401: the session was over already.
    if (!(error instanceof ApiError && error.status === 401)) {
      throw error;
    }
  }

  endSession('logged_out');
}
