import type { Granularity, Period, UsageSearch } from './usageSearch';
import { addDays, dateIn, firstOfMonth, localZone, startOfDay } from './zone';

export interface UsageRange {
  from?: string;
  /** Absent: until now. */
  to?: string;
  granularity: Granularity;
  tz: string;
}

const hour = 3_600_000;

export function isCustom(search: UsageSearch) {
  return search.from !== undefined || search.to !== undefined;
}

/** Turns the choice of a period into times. They change only with the day or the hour, so that the same report isn't loaded again and again. */
export function usageRange(search: UsageSearch, now = Date.now()): UsageRange {
  const tz = search.tz ?? localZone();
  if (isCustom(search)) {
    const from = search.from && startOfDay(search.from, tz);
    const to = search.to && startOfDay(addDays(search.to, 1), tz);
    return {
      from: from ? iso(from) : undefined,
      to: to ? iso(to) : undefined,
      granularity: search.granularity ?? fitting(from, to, now),
      tz,
    };
  }

  const period = search.period ?? '30d';
  return { from: iso(startOf(period, tz, now)), granularity: search.granularity ?? defaults[period], tz };
}

const defaults: Record<Period, Granularity> = { '24h': 'hour', '7d': 'day', '30d': 'day', '90d': 'day', month: 'day', '12m': 'month' };

function startOf(period: Period, tz: string, now: number) {
  const today = dateIn(tz, now);
  switch (period) {
    case '24h':
      return Math.floor(now / hour) * hour - 23 * hour;
    case 'month':
      return startOfDay(firstOfMonth(today), tz);
    case '12m':
      return startOfDay(firstOfMonth(today, -11), tz);
    default:
      return startOfDay(addDays(today, 1 - Number(period.slice(0, -1))), tz);
  }
}

/** The finest interval that a chart can show. */
function fitting(from: number | '' | undefined, to: number | '' | undefined, now: number): Granularity {
  const end = to || now;
  const days = (end - (from || end - 30 * 24 * hour)) / (24 * hour);
  return days <= 3 ? 'hour' : days <= 180 ? 'day' : 'month';
}

function iso(time: number) {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}
