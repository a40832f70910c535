import { classes } from '../classes';
import { type ChartData, seriesColor } from './chartTypes';

/** The point that the pointer is over, and where its bar is, in pixels from the left. */
export interface ActivePoint {
  position: number;
  x: number;
  isRight: boolean;
}

/** The values at the time that the pointer is over. (The library's own tooltip would cost ten kilobytes.) */
export function ChartTooltip({
  active,
  points,
  series,
  format,
}: Pick<ChartData, 'points' | 'series' | 'format'> & { active: ActivePoint }) {
  const point = points[active.position];
  return point ? (
    <div
      style={{ left: active.x }}
      className={classes(
        'pointer-events-none absolute top-2 z-10 flex max-w-64 flex-col gap-1 rounded-md border border-line bg-surface p-2 text-xs text-ink shadow-lg',
        active.isRight ? '-translate-x-full -ms-3' : 'ms-3',
      )}
    >
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
