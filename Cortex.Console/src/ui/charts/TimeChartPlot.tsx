import { Bar, CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from 'recharts';
import { ChartTooltip } from './ChartTooltip';
import { type ChartData, seriesColor } from './chartTypes';

const tick = { fill: 'var(--muted)', fontSize: 12 };
const margin = { top: 8, right: 8, bottom: 0, left: 0 };

/** The drawing itself. It and the library behind it are loaded only when a chart is shown. */
export function TimeChartPlot({ points, series, format, formatTick = format, kind = 'bars' }: ChartData) {
  const rows = points.map((point, position) => ({ ...point.values, position }));
  return (
    <ComposedChart data={rows} responsive accessibilityLayer={false} margin={margin} className="size-full">
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis
        dataKey="position"
        tickFormatter={(position: number) => points[position]?.label ?? ''}
        tick={tick}
        stroke="var(--control)"
        minTickGap={24}
        tickLine={false}
      />
      <YAxis tickFormatter={formatTick} tick={tick} stroke="var(--control)" width="auto" tickLine={false} axisLine={false} />
      <Tooltip
        isAnimationActive={false}
        cursor={{ fill: 'var(--raised)', stroke: 'var(--line)' }}
        content={(tooltip) => <ChartTooltip {...tooltip} points={points} series={series} format={format} />}
      />
      {series.map((item, position) =>
        kind === 'bars' ? (
          <Bar
            key={item.key}
            dataKey={item.key}
            stackId="all"
            fill={seriesColor(position)}
            stroke="var(--surface)"
            strokeWidth={series.length > 1 ? 1 : 0}
            maxBarSize={48}
            isAnimationActive={false}
          />
        ) : (
          <Line
            key={item.key}
            dataKey={item.key}
            stroke={seriesColor(position)}
            strokeWidth={2}
            dot={points.length < 32}
            isAnimationActive={false}
          />
        ),
      )}
    </ComposedChart>
  );
}
