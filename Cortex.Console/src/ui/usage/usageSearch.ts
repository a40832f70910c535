import { readText } from '../readText';
import { isZone } from './zone';

export const periods = ['24h', '7d', '30d', '90d', 'month', '12m'] as const;
export const granularities = ['hour', 'day', 'month'] as const;
export const groupings = ['endpoint', 'provider', 'api_key', 'status', 'user', 'tier'] as const;
export const metrics = ['requests', 'tokens_used', 'cost_usd', 'errors'] as const;

export type Period = (typeof periods)[number];
export type Granularity = (typeof granularities)[number];
export type Grouping = (typeof groupings)[number];
export type Metric = (typeof metrics)[number];

/** What a usage report shows, as it is in the address. What is left out has its default. */
export interface UsageSearch {
  period?: Period;
  /** The first and the last day (YYYY-MM-DD) in the time zone, instead of a period. */
  from?: string;
  to?: string;
  granularity?: Granularity;
  group_by?: Grouping;
  /** The reader's own time zone by default. */
  tz?: string;
  metric?: Metric;
  /** Only the usage of this API key. */
  api_key?: string;
}

/** Reads what a usage report shows from the address, and leaves out what makes no sense. */
export function readUsageSearch(search: Record<string, unknown>): UsageSearch {
  const tz = readText(search.tz);
  return {
    period: readChoice(search.period, periods),
    from: readDate(search.from),
    to: readDate(search.to),
    granularity: readChoice(search.granularity, granularities),
    group_by: readChoice(search.group_by, groupings),
    tz: tz && isZone(tz) ? tz : undefined,
    metric: readChoice(search.metric, metrics),
    api_key: readText(search.api_key, /^[0-9a-f-]{36}$/),
  };
}

function readChoice<T extends string>(value: unknown, choices: readonly T[]): T | undefined {
  return choices.find((choice) => choice === value);
}

function readDate(value: unknown) {
  const text = readText(value, /^\d{4}-\d\d-\d\d$/);
  return text && !Number.isNaN(Date.parse(text)) ? text : undefined;
}
