import { formatTime, formatUtc } from './format';

/** A time of the API in the reader's own zone, with UTC in the title. */
export function Time({ value, dateOnly }: { value: string; dateOnly?: boolean }) {
  return (
    <time dateTime={value} title={formatUtc(value)} className="whitespace-nowrap">
      {formatTime(value, dateOnly)}
    </time>
  );
}
