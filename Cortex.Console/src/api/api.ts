import createFetchClient from 'openapi-fetch';
import { proveIdentity } from '@/session/reauthentication';
import { accessToken, currentUserId, refreshAfter } from '@/session/session';
import { ApiError } from './problem';
import type { components, paths } from './schema';

/** A body of the API by its name in the OpenAPI document, such as `Schema<'UserResponse'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

/** Routes before the login. A token would only do harm there: an expired one is refused. */
const publicRoutes =
  /^\/api\/v1\/(config|auth\/(register|login(\/.*)?|refresh|verify-email(\/resend)?|forgot-password|reset-password|change-email\/confirm))$/;

/** What the server says of a token that it doesn't accept, or doesn't accept anymore. */
const tokenRefusals = new Set(['unauthenticated', 'invalid_token', 'token_expired', 'session_revoked', 'account_disabled']);

/**
 * Sends a request as the user who is logged in. An expired token is refreshed, a request that requires fresh authentication is repeated once the user
 * has proved who they are, and every other error is thrown as an ApiError.
 */
export async function send(request: Request): Promise<Response> {
  if (publicRoutes.test(new URL(request.url).pathname)) {
    return orThrow(await attempt(request, undefined));
  }

  let token = await accessToken();
  const userId = currentUserId();
  let isRefreshed = false;
  let isProved = false;
  for (;;) {
    const response = await attempt(request.clone(), token);
    if (response.ok) {
      return response;
    }

    const error = await ApiError.from(response);
    if (error.code === 'reauthentication_required' && !isProved) {
      isProved = await proveIdentity();
      if (!isProved) {
        throw error;
      }
    } else if (error.status === 401 && token && tokenRefusals.has(error.code) && !isRefreshed) {
      isRefreshed = await refreshAfter(token);
      if (!isRefreshed) {
        throw error;
      }
    } else {
      throw error;
    }

    token = await accessToken();
    if (currentUserId() !== userId) {
      throw error; // Somebody else has logged in meanwhile, in another tab. Nothing is repeated in their name.
    }
  }
}

async function attempt(request: Request, token: string | undefined) {
  if (token) {
    request.headers.set('Authorization', `Bearer ${token}`);
  }

  try {
    return await fetch(request);
  } catch (error) {
    throw error instanceof DOMException && error.name === 'AbortError' ? error : ApiError.unreachable();
  }
}

async function orThrow(response: Response) {
  if (response.ok) {
    return response;
  }

  throw await ApiError.from(response);
}

/** The typed client of the documented API. Errors are thrown, so `data` is there whenever the answer has a body. */
export const api = createFetchClient<paths>({ baseUrl: location.origin, fetch: send });
