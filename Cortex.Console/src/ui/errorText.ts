import { ApiError } from '@/api/problem';
import { m } from '@/paraglide/messages';
import { ScriptError } from './ScriptError';

/** The sentence that a person reads about an error. */
export function errorText(error: unknown): string {
  if (error instanceof ScriptError) {
    return m.common_script_missing();
  }

  if (!(error instanceof ApiError)) {
    return m.common_unexpected_error();
  }

  return error.status === 0 ? m.common_unreachable() : error.message;
}
