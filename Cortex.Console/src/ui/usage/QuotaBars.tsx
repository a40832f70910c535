import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { classes } from '../classes';
import { formatDollars, formatNumber, formatPercent } from '../format';

type Limit = Schema<'QuotaLimitResponse'>;

const names: Record<string, () => string> = { requests: m.usage_requests, tokens: m.usage_tokens, cost_usd: m.usage_cost };

/** A bar for each limited metric: how much of it is used. */
export function QuotaBars({ limits }: { limits: Limit[] }) {
  return (
    <ul className="flex flex-col gap-4">
      {limits.map((limit) => (
        <li key={limit.metric}>
          <QuotaBar {...limit} />
        </li>
      ))}
    </ul>
  );
}

function QuotaBar({ metric, limit, used, remaining }: Limit) {
  const name = names[metric]?.() ?? metric;
  const format = metric === 'cost_usd' ? formatDollars : formatNumber;
  const share = limit > 0 ? used / limit : 1;
  return (
    <div className="flex flex-col gap-1">
      <div className="flex flex-wrap justify-between gap-x-4 text-sm">
        <span className="font-medium">{name}</span>
        <span>{m.usage_quota_used({ used: format(used), limit: format(limit) })}</span>
      </div>
      {/* The text says the same. */}
      <div aria-hidden className="h-2 overflow-hidden rounded-full bg-raised">
        <div
          className={classes('h-full', share >= 1 ? 'bg-danger' : share >= 0.8 ? 'bg-warning-ink' : 'bg-accent-ink')}
          style={{ width: `${Math.min(1, Math.max(0, share)) * 100}%` }}
        />
      </div>
      <p className="text-sm text-muted">{m.usage_quota_remaining({ remaining: format(remaining), share: formatPercent(share) })}</p>
    </div>
  );
}
