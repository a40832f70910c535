import { formatDollars } from './format';

/** An amount in US dollars, which never breaks into two lines. */
export function Amount({ value }: { value: number | string }) {
  return <span className="whitespace-nowrap">{formatDollars(value)}</span>;
}
