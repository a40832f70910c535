import { getLocale } from '@/paraglide/runtime';
import { dateFormat, numberFormat } from './formatters';

/** A time in the reader's zone, with the zone's name: “Nov 29, 2026, 11:05 PM GMT+1”. */
export function formatTime(value: string | number, dateOnly = false, timeZone?: string) {
  return dateFormat(getLocale(), {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    timeZone,
    ...(dateOnly ? {} : { hour: 'numeric', minute: '2-digit', timeZoneName: 'short' }),
  }).format(new Date(value));
}

export function formatUtc(value: string) {
  return `${new Date(value).toISOString().replace('T', ' ').slice(0, 19)} UTC`;
}

export function formatNumber(value: number) {
  return numberFormat(getLocale()).format(value);
}

export function formatPercent(share: number) {
  return numberFormat(getLocale(), { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

/** An amount in US dollars, exact to the micro-dollar, from the decimal that the API sends. */
export function formatDollars(value: number | string) {
  return numberFormat(getLocale(), {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    maximumFractionDigits: 6,
  }).format(value as Intl.StringNumericLiteral);
}

/** A size such as “1.4 MB”. */
export function formatBytes(bytes: number) {
  const [divisor, unit] = bytes < 1e6 ? [1e3, 'kilobyte'] : bytes < 1e9 ? [1e6, 'megabyte'] : [1e9, 'gigabyte'];
  return numberFormat(getLocale(), { style: 'unit', unit, maximumFractionDigits: 1 }).format(bytes / divisor);
}

/** A number short enough for an axis: “1.2K”. */
export function formatCompact(value: number) {
  return numberFormat(getLocale(), { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}
