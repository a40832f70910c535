import { useQuery } from '@tanstack/react-query';
import { m } from '@/paraglide/messages';
import { Card } from '@/ui/Card';
import { TimeChart } from '@/ui/charts/TimeChart';
import { formatCompact, formatNumber } from '@/ui/format';
import { Loaded } from '@/ui/Loaded';
import { TextLink } from '@/ui/TextLink';
import { chartOf } from '@/ui/usage/series';
import { ownUsage, reportOptions, reportQuery } from '@/ui/usage/usageSource';
import { intervalText } from '@/ui/usage/usageText';

/** The requests of the last 30 days: the same report as on the page of usage, which needs no second request then. */
export function RecentUsage() {
  const report = useQuery(reportOptions(ownUsage, reportQuery(ownUsage, {})));
  return (
    <Card title={m.overview_recent_usage()} actions={<TextLink to="/usage">{m.overview_all_usage()}</TextLink>}>
      <div className="min-h-75">
        <Loaded query={report} lines={9}>
          {(data) => (
            <TimeChart
              {...chartOf(data.series, 'requests', {
                time: (start) => intervalText(start, data.granularity, data.tz),
                group: () => m.usage_requests(),
                rest: '',
              })}
              label={m.overview_requests_total({ count: formatNumber(data.totals.requests) })}
              emptyText={m.overview_no_usage()}
              format={formatNumber}
              formatTick={formatCompact}
            />
          )}
        </Loaded>
      </div>
    </Card>
  );
}
