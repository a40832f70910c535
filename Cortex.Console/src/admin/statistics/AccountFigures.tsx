import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { formatNumber, formatPercent } from '@/ui/format';

export function AccountFigures({ statistics }: { statistics: Schema<'StatisticsResponse'> }) {
  const { users, active, verified, two_factor_enabled, two_factor_share } = statistics;
  const share = (count: number) => m.statistics_of_all({ share: formatPercent(users === 0 ? 0 : count / users) });
  return (
    <dl className="grid grid-cols-2 gap-4 md:grid-cols-4">
      <Figure name={m.statistics_users()} count={users} />
      <Figure name={m.statistics_active()} count={active} note={share(active)} title={m.statistics_active_hint()} />
      <Figure name={m.statistics_verified()} count={verified} note={share(verified)} />
      <Figure
        name={m.statistics_two_factor()}
        count={two_factor_enabled}
        note={m.statistics_of_all({ share: formatPercent(two_factor_share) })}
      />
    </dl>
  );
}

function Figure({ name, count, note, title }: { name: string; count: number; note?: string; title?: string }) {
  return (
    <div className="min-w-0">
      <dt className="text-sm text-muted">{name}</dt>
      <dd title={title}>
        <span className="text-xl font-semibold">{formatNumber(count)}</span>
        {note && <span className="block text-sm text-muted">{note}</span>}
      </dd>
    </div>
  );
}
