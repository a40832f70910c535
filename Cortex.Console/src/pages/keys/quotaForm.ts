import type { Schema } from '@/api/client';
import { ApiError } from '@/api/problem';

type Quota = Schema<'QuotaBody'>;

/** Reads the quota of a form; null if all fields are empty. The cost stays text, so that it is exact. */
export function readQuota(fields: FormData): Quota | null {
  const text = (name: string) => String(fields.get(name) ?? '').trim();
  const count = (name: string) => (text(name) === '' ? null : Number(text(name)));
  const quota = { requests: count('requests'), tokens: count('tokens'), cost_usd: text('cost_usd') || null };
  return Object.values(quota).some((limit) => limit !== null) ? quota : null;
}

/** The server names only `monthly_quota`, with the limit at the beginning of the message: puts the message below that limit's field. */
export function explainQuota(error: ApiError): ApiError {
  const { monthly_quota: messages, ...errors } = error.problem?.errors ?? {};
  if (!error.problem || !messages) {
    return error;
  }

  for (const message of messages) {
    const [, field, text] = message.match(/^(requests|tokens|cost_usd): (.*)$/s) ?? [undefined, 'cost_usd', message];
    errors[field ?? ''] = [...(errors[field ?? ''] ?? []), text ?? ''];
  }

  return new ApiError(error.status, error.code, error.message, { ...error.problem, errors }, error.retryAt);
}
