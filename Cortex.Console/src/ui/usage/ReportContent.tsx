import type { ReactNode } from 'react';
import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { TimeChart } from '../charts/TimeChart';
import { formatTime } from '../format';
import { SelectField } from '../SelectField';
import { chartOf, type Group, groupsOf, timesOf } from './series';
import { UsageTable } from './UsageTable';
import { UsageTotals } from './UsageTotals';
import { type Grouping, type Metric, metrics } from './usageSearch';
import { formatMetric, formatMetricTick, groupedByText, groupingText, groupText, intervalText, metricText } from './usageText';

interface ReportContentProps {
  report: Schema<'UsageReportResponse'>;
  metric: Metric;
  onMetric: (metric: Metric) => void;
  isLoading: boolean;
  groupCell?: (group: Group, grouping: Grouping, text: string) => ReactNode;
}

export function ReportContent({ report, metric, onMetric, isLoading, groupCell }: ReportContentProps) {
  const grouping = (report.group_by ?? undefined) as Grouping | undefined;
  const { series, totals } = report;
  const time = (start: string) => intervalText(start, report.granularity, report.tz);
  const text = (group: Group) => groupText(group, grouping);
  const chart = chartOf(series, metric, { time, group: text, rest: m.usage_group_other() });
  const period = { from: formatTime(report.from, false, report.tz), to: formatTime(report.to, false, report.tz) };
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-muted">{m.usage_shown_period({ ...period, tz: report.tz })}</p>
      <UsageTotals totals={totals} />
      <TimeChart
        {...chart}
        label={grouping ? m.usage_chart_by({ metric: metricText[metric](), group: groupedByText[grouping]() }) : metricText[metric]()}
        emptyText={m.usage_empty_period()}
        isLoading={isLoading}
        format={(value) => formatMetric(metric, value)}
        formatTick={(value) => formatMetricTick(metric, value)}
        actions={
          <SelectField
            label={m.usage_metric()}
            isLabelHidden
            value={metric}
            onChange={(value) => onMetric(value as Metric)}
            options={metrics.map((item) => ({ value: item, label: metricText[item]() }))}
          />
        }
      />
      {totals.requests > 0 &&
        (grouping ? (
          <UsageTable
            label={m.usage_by_group({ group: groupedByText[grouping]() })}
            nameHeader={groupingText[grouping]()}
            isLoading={isLoading}
            rows={groupsOf(series).map((group) => ({
              key: group.key,
              name: groupCell?.(group, grouping, text(group)) ?? text(group),
              totals: group.totals,
            }))}
          />
        ) : (
          <UsageTable
            label={m.usage_by_time()}
            nameHeader={m.usage_chart_time()}
            isLoading={isLoading}
            rows={timesOf(series).map((row) => ({ key: row.start, name: time(row.start), totals: row.totals }))}
          />
        ))}
    </div>
  );
}
