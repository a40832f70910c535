import { m } from '@/paraglide/messages';
import { formatNumber } from '@/ui/format';
import { TextLink } from '@/ui/TextLink';

/** How many users have each tier, the most frequent first. */
export function TierBars({ tiers }: { tiers: Record<string, number> }) {
  const entries = Object.entries(tiers).sort(([, a], [, b]) => b - a);
  const largest = Math.max(1, ...entries.map(([, count]) => count));
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-sm font-semibold">{m.statistics_by_tier()}</h3>
      <ul className="grid grid-cols-[minmax(5rem,8rem)_1fr_auto] gap-x-3 gap-y-2 text-sm">
        {entries.map(([tier, count]) => (
          <li key={tier} className="col-span-3 grid grid-cols-subgrid items-center">
            <TextLink to="/admin/users" search={{ tier }} className="break-all">
              {tier}
            </TextLink>
            <span aria-hidden className="h-2 overflow-hidden rounded bg-raised">
              <span className="block h-full rounded bg-accent" style={{ width: `${(count / largest) * 100}%` }} />
            </span>
            <span className="text-end">{formatNumber(count)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
