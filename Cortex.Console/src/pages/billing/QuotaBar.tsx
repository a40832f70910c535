import { useId } from 'react';
import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { classes } from '@/ui/classes';
import { formatDollars, formatNumber, formatPercent } from '@/ui/format';

type Limit = Schema<'QuotaLimitResponse'>;

/** Much enough to warn, as the server does by email. */
const warningShare = 0.8;

/** One limit of a quota: what it counts, how much is used, and a bar. */
export function QuotaBar({ limit }: { limit: Limit }) {
  const id = useId();
  const format = limit.metric === 'cost_usd' ? formatDollars : formatNumber;
  const share = limit.limit > 0 ? limit.used / limit.limit : 1;
  const shown = Math.min(1, Math.max(0, share));
  return (
    <li className="flex flex-col gap-1 text-sm">
      <div className="flex flex-wrap justify-between gap-x-4">
        <span id={id}>{metricName(limit.metric)}</span>
        <span className="text-muted">
          {m.billing_used_of({ used: format(limit.used), limit: format(limit.limit) })} ({formatPercent(share)})
        </span>
      </div>
      <div
        role="progressbar"
        aria-labelledby={id}
        aria-valuenow={Math.round(shown * 100)}
        aria-valuemin={0}
        aria-valuemax={100}
        className="h-2 overflow-hidden rounded-full border border-line bg-raised"
      >
        <div className={classes('h-full', share >= warningShare ? 'bg-danger' : 'bg-accent')} style={{ width: `${shown * 100}%` }} />
      </div>
    </li>
  );
}

function metricName(metric: string) {
  switch (metric) {
    case 'requests':
      return m.billing_metric_requests();
    case 'tokens':
      return m.billing_metric_tokens();
    case 'cost_usd':
      return m.billing_metric_cost();
    default:
      return metric;
  }
}
