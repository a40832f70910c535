import type { TooltipContentProps } from 'recharts';
import { type ChartData, seriesColor } from './chartTypes';

type ChartTooltipProps = Pick<TooltipContentProps<number, string>, 'active' | 'payload' | 'label'> &
  Pick<ChartData, 'points' | 'series' | 'format'>;

/** The values at the time that the pointer is over. */
export function ChartTooltip({ active, label, points, series, format }: ChartTooltipProps) {
  const point = active ? points[Number(label)] : undefined;
  return point ? (
    <div className="flex max-w-64 flex-col gap-1 rounded-md border border-line bg-surface p-2 text-xs text-ink shadow-lg">
      <p className="font-medium">{point.label}</p>
      {series.map((item, position) => (
        <p key={item.key} className="flex items-center gap-1.5">
          <span className="size-2 shrink-0 rounded-xs" style={{ backgroundColor: seriesColor(position) }} />
          <span className="min-w-0 truncate text-muted">{item.label}</span>
          <span className="ms-auto ps-2 whitespace-nowrap">{format(point.values[item.key] ?? 0)}</span>
        </p>
      ))}
    </div>
  ) : null;
}
