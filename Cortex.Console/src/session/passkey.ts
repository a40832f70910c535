import type { AuthenticationResponseJSON, PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/browser';
import { api, type Schema } from '@/api/api';
import { ApiError } from '@/api/problem';
import { m } from '@/paraglide/messages';

/** What the server needs of a passkey: its own token, and what the authenticator signed. */
export interface PasskeyAnswer {
  passkey_token: string;
  credential: Record<string, never>;
}

type Challenge = Schema<'PasskeyOptionsResponse'>;

/** A challenge lives for five minutes. A new one is requested half a minute before that. */
const safetyMargin = 30_000;
const checkInterval = 5_000;

/** Whether the browser knows passkeys at this address; plain http, except for localhost, has none. */
export function canUsePasskeys() {
  return typeof globalThis.PublicKeyCredential === 'function';
}

/** Has the user choose a passkey in the browser's dialog, which replaces a waiting autofill. */
export async function askForPasskey({ passkey_token, options }: Challenge): Promise<PasskeyAnswer> {
  try {
    const { startAuthentication } = await import('@simplewebauthn/browser');
    return answer(passkey_token, await startAuthentication({ optionsJSON: requestOptions(options) }));
  } catch (error) {
    throw passkeyError(error);
  }
}

/** Offers passkeys in the autofill of the field with `autocomplete="username webauthn"`, until one is chosen or the signal aborts. */
export async function offerPasskeys(signal: AbortSignal): Promise<PasskeyAnswer | undefined> {
  const { browserSupportsWebAuthnAutofill, startAuthentication, WebAuthnAbortService } = await import('@simplewebauthn/browser');
  if (!(await browserSupportsWebAuthnAutofill())) {
    return undefined;
  }

  let isExpired = true;
  while (isExpired && (await isInView(signal))) {
    const { passkey_token, options } = await requestChallenge();
    if (signal.aborted) {
      return undefined;
    }

    isExpired = false;
    const deadline = Date.now() + (requestOptions(options).timeout ?? 5 * 60_000) - safetyMargin;
    const cancel = () => WebAuthnAbortService.cancelCeremony();
    // Not one long timer, because that would stand still while the computer sleeps.
    const timer = setInterval(() => {
      if (Date.now() > deadline) {
        isExpired = true;
        cancel();
      }
    }, checkInterval);
    signal.addEventListener('abort', cancel);
    try {
      return answer(passkey_token, await startAuthentication({ optionsJSON: requestOptions(options), useBrowserAutofill: true }));
    } catch {
      // The challenge has expired, the button's dialog has taken over, or the browser can't do it. The form and the button work all the same.
    } finally {
      clearInterval(timer);
      signal.removeEventListener('abort', cancel);
    }
  }

  return undefined;
}

async function requestChallenge(): Promise<Challenge> {
  const { data } = await api.POST('/api/v1/auth/login/passkey/options', { body: {} });
  return data as Challenge;
}

/** Waits until somebody can see the page, so that forgotten tabs don't request challenges. Returns false once the signal has aborted. */
async function isInView(signal: AbortSignal): Promise<boolean> {
  while (document.hidden && !signal.aborted) {
    await new Promise((resolve) => {
      document.addEventListener('visibilitychange', resolve, { once: true });
      signal.addEventListener('abort', resolve, { once: true });
    });
  }

  return !signal.aborted;
}

function answer(passkey_token: string, credential: AuthenticationResponseJSON): PasskeyAnswer {
  return { passkey_token, credential: credential as unknown as Record<string, never> };
}

function requestOptions(options: Challenge['options']) {
  return options as unknown as PublicKeyCredentialRequestOptionsJSON;
}

/** Says in words what the browser's exception means. */
function passkeyError(error: unknown): ApiError {
  const name = error instanceof Error ? error.name : '';
  const text =
    name === 'NotAllowedError' || name === 'AbortError'
      ? m.login_passkey_canceled()
      : name === 'SecurityError' || name === 'NotSupportedError'
        ? m.login_passkey_unsupported()
        : m.login_passkey_failed();
  return new ApiError(400, 'passkey_not_used', text);
}
