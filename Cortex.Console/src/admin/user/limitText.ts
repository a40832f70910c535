import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { formatDollars, formatNumber } from '@/ui/format';

/** The limits of a quota in one line. */
export function limitText(quota: Schema<'QuotaBody'> | null | undefined) {
  const limits = [
    ...(quota?.requests != null ? [m.user_limit_requests({ count: quota.requests, number: formatNumber(quota.requests) })] : []),
    ...(quota?.tokens != null ? [m.user_limit_tokens({ count: quota.tokens, number: formatNumber(quota.tokens) })] : []),
    ...(quota?.cost_usd != null ? [formatDollars(quota.cost_usd)] : []),
  ];
  return limits.join(', ') || '–';
}
