import { type ChartSeries, seriesColor } from './chartTypes';

/** Which color is which series. */
export function ChartLegend({ series }: { series: ChartSeries[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
      {series.map((item, position) => (
        <li key={item.key} className="flex min-w-0 items-center gap-1.5">
          <span aria-hidden className="size-2.5 shrink-0 rounded-xs" style={{ backgroundColor: seriesColor(position) }} />
          <span className="min-w-0 break-all">{item.label}</span>
        </li>
      ))}
    </ul>
  );
}
