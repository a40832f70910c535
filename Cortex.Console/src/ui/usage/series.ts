import type { Schema } from '@/api/client';
import type { ChartPoint, ChartSeries } from '../charts/chartTypes';
import type { Metric } from './usageSearch';

export type Totals = Schema<'UsageTotals'>;
type Point = Schema<'UsagePoint'>;

export interface Group {
  /** Unlike the server's name, never null. */
  key: string;
  /** As the server names it; null for requests without one. */
  name: string | null;
  /** The name of an API key, or the email of a user. */
  title?: string;
  totals: Totals;
}

/** As many groups as can be told apart by color, with the one of all others. */
const maxSeries = 8;
const restKey = 'rest';

/** Adds up points, costs in whole millionths of a dollar so that the sum is exact. */
export function sum(points: Totals[]): Totals {
  const add = (metric: keyof Totals) => points.reduce((total, point) => total + point[metric], 0);
  return {
    requests: add('requests'),
    tokens_used: add('tokens_used'),
    cost_usd: points.reduce((total, point) => total + Math.round(point.cost_usd * 1e6), 0) / 1e6,
    errors: add('errors'),
    unpriced: add('unpriced'),
  };
}

/** The groups of a report, the ones with the most requests first. */
export function groupsOf(series: Point[]): Group[] {
  const points = groupBy(series);
  return [...points]
    .map(([name, own]) => ({ key: name === null ? 'none' : `group ${name}`, name, title: own[0]?.group_name, totals: sum(own) }))
    .sort((a, b) => b.totals.requests - a.totals.requests);
}

/** The points and series of a chart: the largest groups, and the rest as one. */
export function chartOf(
  series: Point[],
  metric: Metric,
  labels: { time: (start: string) => string; group: (group: Group) => string; rest: string },
): { points: ChartPoint[]; series: ChartSeries[] } {
  const groups = groupsOf(series).sort((a, b) => b.totals[metric] - a.totals[metric]);
  const shown = groups.length > maxSeries ? groups.slice(0, maxSeries - 1) : groups;
  const keys = new Map(shown.map((group) => [group.name, group.key]));
  const points = new Map<string, ChartPoint>();
  for (const point of series) {
    const at = points.get(point.start) ?? { label: labels.time(point.start), values: {} };
    const key = keys.get(point.group) ?? restKey;
    at.values[key] = round((at.values[key] ?? 0) + point[metric]);
    points.set(point.start, at);
  }

  const named = shown.map((group) => ({ key: group.key, label: labels.group(group) }));
  return {
    points: [...points.values()],
    series: shown.length < groups.length ? [...named, { key: restKey, label: labels.rest }] : named,
  };
}

/** The totals at each time, newest first. */
export function timesOf(series: Point[]): { start: string; totals: Totals }[] {
  return series.map((point) => ({ start: point.start, totals: point })).reverse();
}

function round(value: number) {
  return Math.round(value * 1e6) / 1e6;
}

function groupBy(series: Point[]) {
  const groups = new Map<string | null, Point[]>();
  for (const point of series) {
    const own = groups.get(point.group);
    own ? own.push(point) : groups.set(point.group, [point]);
  }

  return groups;
}
