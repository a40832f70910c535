import { ApiError } from '@/api/problem';

/** Names the fields of a validation problem in its text, for requests that have no form to show them in. */
export function withFieldMessages(error: unknown): unknown {
  const errors = error instanceof ApiError ? error.problem?.errors : undefined;
  if (!(error instanceof ApiError) || !errors) {
    return error;
  }

  const lines = Object.entries(errors).map(([field, messages]) => `${field} ${messages.join(', ')}`);
  return new ApiError(error.status, error.code, [error.message, ...lines].join('\n'), error.problem, error.retryAt);
}
