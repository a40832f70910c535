import { m } from '@/paraglide/messages';
import { formatDollars, formatNumber, formatPercent } from '../format';
import { Notice } from '../Notice';
import type { Totals } from './series';

/** What was used in the whole period. */
export function UsageTotals({ totals }: { totals: Totals }) {
  const share = totals.requests > 0 ? totals.errors / totals.requests : 0;
  return (
    <>
      <dl className="flex flex-wrap gap-3">
        <Total name={m.usage_requests()} value={formatNumber(totals.requests)} />
        <Total name={m.usage_tokens()} value={formatNumber(totals.tokens_used)} />
        <Total name={m.usage_cost()} value={formatDollars(totals.cost_usd)} />
        <Total
          name={m.usage_errors()}
          value={formatNumber(totals.errors)}
          note={totals.errors > 0 ? m.usage_error_share({ share: formatPercent(share) }) : undefined}
        />
      </dl>
      {totals.unpriced > 0 && <Notice tone="warning">{m.usage_unpriced({ count: totals.unpriced })}</Notice>}
    </>
  );
}

function Total({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <div className="grow basis-2/5 rounded-md bg-raised p-3 sm:basis-1/5">
      <dt className="text-sm text-muted">{name}</dt>
      <dd className="text-lg font-semibold whitespace-nowrap">{value}</dd>
      {note && <dd className="text-xs text-muted">{note}</dd>}
    </div>
  );
}
