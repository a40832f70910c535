import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { TimeChart } from '@/ui/charts/TimeChart';
import { formatNumber } from '@/ui/format';
import { intervalText } from '@/ui/usage/usageText';

type Day = Schema<'DayStatistics'>;

interface DayChartsProps {
  days: Day[];
  isLoading: boolean;
}

/** Sign-ups, logins, and active users by day. */
export function DayCharts({ days, isLoading }: DayChartsProps) {
  const points = days.map(({ day, ...values }) => ({ label: intervalText(`${day}T00:00:00Z`, 'day', 'UTC'), values }));
  const shared = { points, isLoading, format: formatNumber };
  return (
    <>
      <p className="text-sm text-muted">{m.statistics_utc()}</p>
      <div className="grid gap-8 xl:grid-cols-2">
        <TimeChart
          {...shared}
          label={`${m.statistics_sign_ups()}: ${total(days, 'sign_ups')}`}
          emptyText={m.statistics_no_sign_ups()}
          series={[{ key: 'sign_ups', label: m.statistics_sign_ups() }]}
        />
        <TimeChart
          {...shared}
          label={m.statistics_active_users()}
          emptyText={m.statistics_no_active_users()}
          series={[{ key: 'active_users', label: m.statistics_active_users() }]}
        />
      </div>
      <TimeChart
        {...shared}
        label={m.statistics_logins()}
        emptyText={m.statistics_no_logins()}
        series={[
          { key: 'logins', label: `${m.statistics_succeeded()}: ${total(days, 'logins')}` },
          { key: 'login_failures', label: `${m.statistics_login_failures()}: ${total(days, 'login_failures')}` },
        ]}
      />
    </>
  );
}

function total(days: Day[], figure: 'sign_ups' | 'logins' | 'login_failures') {
  return formatNumber(days.reduce((sum, day) => sum + day[figure], 0));
}
