import { type ReactNode, useId } from 'react';
import { m } from '@/paraglide/messages';
import { classes } from '@/ui/classes';
import { formatDollars, formatNumber } from '@/ui/format';
import { isMetric, isZero, type Metric, type Month, meterDifference, metrics, missing, type Sums } from './compare';

const formats: Record<Metric, (value: number) => string> = {
  requests: formatNumber,
  tokens_used: formatNumber,
  cost_usd: formatDollars,
};

/** The sums of one user side by side, with what differs and what the cause may be. */
export function Comparison({ month }: { month: Month }) {
  const lost = missing(month);
  const meters = month.meters ?? [];
  const compared = meters.filter((meter) => isMetric(meter.metric));
  const differences = compared.map((meter) => meterDifference(month, meter));
  const others = meters.filter((meter) => !isMetric(meter.metric));
  const notes = [
    !isZero(month.parked) && m.reconciliation_parked_text(),
    lost && isZero(month.parked) && m.reconciliation_missing_text(),
    differences.some((value) => value > 0) && m.reconciliation_meter_more_text(),
    differences.some((value) => value < 0) && m.reconciliation_meter_less_text(),
    month.meters === null && m.reconciliation_meters_unknown(),
  ].filter((note) => typeof note === 'string');
  return (
    <div className="flex flex-col gap-3 rounded-md bg-raised p-3">
      <SumsTable>
        <Row name={m.reconciliation_used()} sums={month.used} />
        <Row name={m.reconciliation_sent()} sums={month.sent} />
        <Row name={m.reconciliation_accepted()} sums={month.accepted} />
        <Row name={m.reconciliation_pending()} sums={month.pending} />
        {!isZero(month.parked) && <Row name={m.reconciliation_parked()} sums={month.parked} isMarked />}
        {lost && <Row name={m.reconciliation_missing()} hint={m.reconciliation_missing_hint()} sums={lost} isMarked />}
        {compared.map((meter, position) => (
          <Row
            key={meter.meter_id}
            name={m.reconciliation_meter({ name: meter.name })}
            sums={{ [meter.metric as Metric]: meter.quantity }}
            isMarked={differences[position] !== 0}
            difference={differences[position]}
          />
        ))}
      </SumsTable>
      {others.length > 0 && (
        <ul className="text-sm text-muted">
          {others.map((meter) => (
            <li key={meter.meter_id}>{m.reconciliation_other_meter({ name: meter.name, quantity: formatNumber(meter.quantity) })}</li>
          ))}
        </ul>
      )}
      {notes.map((note) => (
        <p key={note} className="text-sm">
          {note}
        </p>
      ))}
    </div>
  );
}

/** On narrow screens, the name of a row is above its numbers. */
function SumsTable({ children }: { children: ReactNode }) {
  const id = useId();
  return (
    <table aria-labelledby={id} className="w-full max-w-3xl table-fixed text-xs sm:text-sm">
      <caption id={id} className="sr-only">
        {m.reconciliation_sums()}
      </caption>
      <thead>
        <tr className="grid grid-cols-[2fr_3fr_4fr] text-muted sm:table-row">
          <td className="hidden sm:table-cell" />
          {[m.reconciliation_requests(), m.reconciliation_tokens(), m.reconciliation_cost()].map((header) => (
            <th key={header} scope="col" className="py-1 text-end font-medium">
              {header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

interface RowProps {
  name: string;
  hint?: string;
  sums: Partial<Sums>;
  isMarked?: boolean;
  difference?: number;
}

function Row({ name, hint, sums, isMarked, difference = 0 }: RowProps) {
  return (
    <tr className={classes('grid grid-cols-[2fr_3fr_4fr] border-t border-line sm:table-row', isMarked && 'bg-danger-soft text-danger-ink')}>
      <th scope="row" title={hint} className="col-span-3 pt-1 pe-2 text-start font-normal break-words sm:py-1">
        {name}
      </th>
      {metrics.map((metric) => {
        const value = sums[metric];
        return (
          <td key={metric} className="py-1 text-end wrap-anywhere">
            {value !== undefined && formats[metric](value)}
            {value !== undefined && difference !== 0 && (
              <span className="block font-medium break-normal">
                {difference > 0
                  ? m.reconciliation_more_than_accepted({ difference: formats[metric](difference) })
                  : m.reconciliation_less_than_accepted({ difference: formats[metric](-difference) })}
              </span>
            )}
          </td>
        );
      })}
    </tr>
  );
}
