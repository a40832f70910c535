import { type ReactNode, Suspense, useState } from 'react';
import { m } from '@/paraglide/messages';
import { Button } from '../Button';
import { lazyComponent } from '../lazyComponent';
import { ChartLegend } from './ChartLegend';
import { ChartTable } from './ChartTable';
import type { ChartData } from './chartTypes';
import { PlotBoundary } from './PlotBoundary';

const TimeChartPlot = lazyComponent(() => import('./TimeChartPlot'), 'TimeChartPlot');

interface TimeChartProps extends ChartData {
  /** What the chart shows: its caption. */
  label: string;
  /** What it says instead if all values are 0. */
  emptyText?: string;
  /** Dims the chart while other values are being loaded. */
  isLoading?: boolean;
  /** Beside the caption, such as the choice of what is shown. */
  actions?: ReactNode;
}

/** Values over time as bars, and on request as a table. The drawing is loaded after the page; its place is kept. */
export function TimeChart({ label, emptyText, isLoading, actions, ...data }: TimeChartProps) {
  const [isTable, setTable] = useState(false);
  const isEmpty = !data.points.some((point) => data.series.some((item) => point.values[item.key]));
  function toggle() {
    TimeChartPlot.preload?.(); // The drawing may have failed to load before.
    setTable(!isTable);
  }

  const place = <div className="h-full rounded bg-raised" />;
  return (
    <figure aria-busy={isLoading} className={isLoading ? 'flex flex-col gap-3 opacity-50' : 'flex flex-col gap-3'}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <figcaption className="text-sm font-medium">{label}</figcaption>
        <div className="flex flex-wrap items-center gap-2">
          {actions}
          {!isEmpty && (
            <Button size="small" onPress={toggle}>
              {isTable ? m.usage_chart_show_chart() : m.usage_chart_show_table()}
            </Button>
          )}
        </div>
      </div>
      {isEmpty ? (
        <p className="flex h-64 items-center justify-center rounded-md border border-dashed border-control p-4 text-center text-sm text-muted">
          {emptyText ?? m.usage_chart_empty()}
        </p>
      ) : isTable ? (
        <ChartTable label={label} {...data} />
      ) : (
        <>
          <div role="img" aria-label={m.usage_chart_image({ label })} className="h-64 min-w-0">
            <PlotBoundary onFailed={() => setTable(true)}>
              <Suspense fallback={place}>
                <TimeChartPlot {...data} />
              </Suspense>
            </PlotBoundary>
          </div>
          {data.series.length > 1 && <ChartLegend series={data.series} />}
        </>
      )}
    </figure>
  );
}
