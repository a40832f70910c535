import createFetchClient from 'openapi-fetch';
import createQueryClient from 'openapi-react-query';
import { proveIdentity } from '@/session/reauthentication';
import { accessToken, refreshAfter } from '@/session/session';
import { ApiError } from './problem';
import type { components, paths } from './schema';

/** A body of the API by its name in the OpenAPI document, such as `Schema<'UserResponse'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

/** Another token can help with these. A wrong password is a 401, too, and a repeat would count as a second guess. */
const tokenRefusals = ['unauthenticated', 'invalid_token', 'token_expired', 'session_revoked'];

/**
 * Sends a request as the user who is logged in. An expired token is refreshed, a request that requires fresh authentication is repeated once the user
 * has proved who they are, and every other error is thrown as an ApiError.
 */
export async function send(request: Request): Promise<Response> {
  const token = await accessToken();
  const response = await attempt(request.clone(), token);
  if (response.ok) {
    return response;
  }

  const error = await ApiError.from(response);
  if (tokenRefusals.includes(error.code) && token && (await refreshAfter(token))) {
    return orThrow(await attempt(request.clone(), await accessToken()));
  }

  if (error.code === 'reauthentication_required' && (await proveIdentity())) {
    return orThrow(await attempt(request, await accessToken()));
  }

  throw error;
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

/** The same client as hooks of React Query: `query.useQuery('get', '/api/v1/auth/me')`. */
export const query = createQueryClient(api);
