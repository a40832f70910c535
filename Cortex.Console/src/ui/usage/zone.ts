import { dateFormat } from '../formatters';

const day = 86_400_000;

export function localZone() {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** The names of all time zones, with the reader's own and UTC first. */
export function zones(): string[] {
  return [...new Set([localZone(), 'UTC', ...(Intl.supportedValuesOf?.('timeZone') ?? [])])];
}

export function isZone(name: string) {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The date of a time in a zone, as YYYY-MM-DD. */
export function dateIn(zone: string, time: number): string {
  return new Date(time + offsetAt(zone, time)).toISOString().slice(0, 10);
}

/** When a day of YYYY-MM-DD begins in a zone. */
export function startOfDay(date: string, zone: string): number {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  const guess = midnight - offsetAt(zone, midnight);
  const time = midnight - offsetAt(zone, guess);

  // Where clocks are set forward at midnight, the day begins an hour later.
  return dateIn(zone, time) < date ? time + 3_600_000 : time;
}

/** The date so many days later, or earlier. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * day).toISOString().slice(0, 10);
}

/** The first day of the month so many months later, or earlier. */
export function firstOfMonth(date: string, months = 0): string {
  return new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1 + months, 1)).toISOString().slice(0, 10);
}

/** How far a zone's clocks are ahead of UTC, in milliseconds. */
function offsetAt(zone: string, time: number): number {
  const parts = dateFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(time);
  const part = (type: string) => Number(parts.find((item) => item.type === type)?.value);
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return local - Math.floor(time / 1000) * 1000;
}
