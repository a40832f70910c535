import { ApiError } from '@/api/problem';
import { m } from '@/paraglide/messages';

/** What the browser or the authenticator refused, in words, as an error that a form shows. */
export function passkeyError(error: unknown): ApiError {
  const name = error instanceof Error ? error.name : '';
  return new ApiError(400, `passkey_${name}`, textOf(name));
}

function textOf(name: string) {
  switch (name) {
    case 'NotAllowedError':
    case 'AbortError':
      return m.security_passkey_canceled();
    case 'InvalidStateError':
      return m.security_passkey_exists();
    case 'SecurityError':
      return m.security_passkey_wrong_address();
    case 'NotSupportedError':
    case 'ConstraintError':
      return m.security_passkey_not_suitable();
    default:
      return m.security_passkey_failed();
  }
}
