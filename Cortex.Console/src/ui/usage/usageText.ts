import { m } from '@/paraglide/messages';
import { getLocale } from '@/paraglide/runtime';
import { formatCompact, formatDollars, formatNumber } from '../format';
import { dateFormat } from '../formatters';
import type { Group } from './series';
import type { Granularity, Grouping, Metric, Period } from './usageSearch';

export const periodText: Record<Period, () => string> = {
  '24h': m.usage_period_24h,
  '7d': m.usage_period_7d,
  '30d': m.usage_period_30d,
  '90d': m.usage_period_90d,
  month: m.usage_period_month,
  '12m': m.usage_period_12m,
};

export const granularityText: Record<Granularity, () => string> = {
  hour: m.usage_by_hour,
  day: m.usage_by_day,
  month: m.usage_by_month,
};

export const groupingText: Record<Grouping, () => string> = {
  endpoint: m.usage_endpoint,
  provider: m.usage_provider,
  api_key: m.usage_key,
  status: m.usage_status,
  user: m.usage_user,
  tier: m.usage_tier,
};

/** The same in running text: “by endpoint”. */
export const groupedByText: Record<Grouping, () => string> = {
  endpoint: m.usage_by_endpoint,
  provider: m.usage_by_provider,
  api_key: m.usage_by_key,
  status: m.usage_by_status,
  user: m.usage_by_user,
  tier: m.usage_by_tier,
};

export const metricText: Record<Metric, () => string> = {
  requests: m.usage_requests,
  tokens_used: m.usage_tokens,
  cost_usd: m.usage_cost,
  errors: m.usage_errors,
};

export function formatMetric(metric: Metric, value: number) {
  return metric === 'cost_usd' ? formatDollars(value) : formatNumber(value);
}

export function formatMetricTick(metric: Metric, value: number) {
  return metric === 'cost_usd' ? formatDollars(Number(value.toPrecision(3))) : formatCompact(value);
}

/** The name of a group for people. */
export function groupText(group: Group, grouping: Grouping | undefined): string {
  if (group.name === null) {
    return grouping ? m.usage_group_none() : m.usage_total();
  }

  return group.title || (group.name === 'other' ? m.usage_group_other() : group.name);
}

/** The start of an interval in the time zone of the report. */
export function intervalText(start: string, granularity: string, timeZone: string) {
  const options: Intl.DateTimeFormatOptions =
    granularity === 'month'
      ? { year: 'numeric', month: 'short' }
      : granularity === 'day'
        ? { month: 'short', day: 'numeric' }
        : { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' };
  return dateFormat(getLocale(), { ...options, timeZone }).format(new Date(start));
}
