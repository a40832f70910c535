import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { formatDollars, formatNumber } from '@/ui/format';

/** What a tier allows. */
export function TierLimits({ limits }: { limits: Schema<'TierLimits'> }) {
  const { requests, tokens, cost_usd } = limits.quota ?? {};
  const quota = [
    requests != null && m.billing_tier_requests({ count: requests, number: formatNumber(requests) }),
    tokens != null && m.billing_tier_tokens({ count: tokens, number: formatNumber(tokens) }),
    cost_usd != null && m.billing_tier_cost({ amount: formatDollars(cost_usd) }),
  ].filter((text) => text !== false);
  return (
    <ul className="text-sm text-muted">
      <li>{m.billing_tier_rate({ number: formatNumber(limits.requests_per_minute) })}</li>
      {quota.length === 0 && <li>{m.billing_tier_no_quota()}</li>}
      {quota.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
