import { ApiError } from '@/api/problem';

/** The tokens that a login or a refresh returns. With cookies, the refresh token isn't among them. */
export interface Tokens {
  access_token: string;
  expires_in: number;
}

/** A request that never ends mustn't keep the other tabs waiting. */
const timeLimit = 20_000;
const pauseBeforeRetry = 1_000;

/** Spends the refresh cookie. Returns undefined if the server refused it, and throws if the server couldn't decide. */
export async function requestTokens(): Promise<Tokens | undefined> {
  const response = await sendRefresh();
  if (response.ok) {
    try {
      return await response.json();
    } catch {
      throw ApiError.unreachable(); // Another server has answered, such as a hotel's login page.
    }
  }

  const error = await ApiError.from(response);
  // 400: there is no cookie.
  if (error.code === 'invalid_refresh_token' || error.code === 'refresh_token_reused' || error.code === 'validation_failed') {
    return undefined;
  }

  throw error;
}

/**
 * If no answer arrives, the server may have replaced the token all the same. The same cookie sent again at once gets the same new token; sent later,
 * it would look stolen.
 */
async function sendRefresh() {
  try {
    return await fetchTokens();
  } catch {
    await new Promise((resolve) => setTimeout(resolve, pauseBeforeRetry));
  }

  try {
    return await fetchTokens();
  } catch {
    throw ApiError.unreachable();
  }
}

function fetchTokens() {
  return fetch('/api/v1/auth/refresh?use_cookies=true', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
    keepalive: true, // The new cookie arrives even if the page is left meanwhile.
    signal: AbortSignal.timeout(timeLimit),
  });
}
