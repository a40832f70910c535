import { classes } from './classes';
import { formatTime, formatUtc } from './format';

/** A time of the API in the reader's own zone, with UTC in the title. Where tables are narrow, it takes two lines. */
export function Time({ value, dateOnly }: { value: string; dateOnly?: boolean }) {
  return (
    <time
      dateTime={value}
      title={formatUtc(value)}
      className={classes('whitespace-nowrap', !dateOnly && 'md:max-xl:inline-block md:max-xl:min-w-28 md:max-xl:whitespace-normal')}
    >
      {formatTime(value, dateOnly)}
    </time>
  );
}
