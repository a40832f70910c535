import { m } from '@/paraglide/messages';
import { Table } from '../Table';
import type { ChartData, ChartPoint } from './chartTypes';

interface ChartTableProps extends Pick<ChartData, 'points' | 'series' | 'format'> {
  label: string;
}

/** The values of a chart as a table. A long one scrolls, also by keyboard. */
export function ChartTable({ label, points, series, format }: ChartTableProps) {
  const rows = points.map((point, position) => ({ ...point, position }));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the focus lets the arrow keys scroll.
    <section aria-label={label} tabIndex={0} className="max-h-96 overflow-y-auto">
      <Table
        label={label}
        rows={rows}
        rowKey={(row) => String(row.position)}
        columns={[
          { header: m.usage_chart_time(), cell: (row: ChartPoint) => row.label },
          ...series.map((item) => ({
            header: item.label,
            align: 'end' as const,
            cell: (row: ChartPoint) => format(row.values[item.key] ?? 0),
          })),
        ]}
      />
    </section>
  );
}
