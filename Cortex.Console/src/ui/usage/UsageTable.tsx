import type { ReactNode } from 'react';
import { m } from '@/paraglide/messages';
import { Amount } from '../Amount';
import { formatNumber } from '../format';
import { Table } from '../Table';
import type { Totals } from './series';

export interface UsageRow {
  key: string;
  name: ReactNode;
  totals: Totals;
}

/** All numbers by group or by time. A long table scrolls, also by keyboard. */
export function UsageTable({
  label,
  nameHeader,
  rows,
  isLoading,
}: {
  label: string;
  nameHeader: string;
  rows: UsageRow[];
  isLoading?: boolean;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the focus lets the arrow keys scroll.
    <section aria-label={label} tabIndex={0} className="max-h-96 overflow-y-auto">
      <Table
        label={label}
        rows={rows}
        rowKey={(row) => row.key}
        isLoading={isLoading}
        columns={[
          { header: nameHeader, cell: (row) => <span className="break-all">{row.name}</span> },
          { header: m.usage_requests(), align: 'end', cell: (row) => formatNumber(row.totals.requests) },
          { header: m.usage_tokens(), align: 'end', cell: (row) => formatNumber(row.totals.tokens_used) },
          { header: m.usage_cost(), align: 'end', cell: (row) => <Amount value={row.totals.cost_usd} /> },
          { header: m.usage_errors(), align: 'end', cell: (row) => formatNumber(row.totals.errors) },
        ]}
      />
    </section>
  );
}
