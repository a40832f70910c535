import { useState } from 'react';
import { Bar, BarChart, CartesianGrid, type MouseHandlerDataParam, XAxis, YAxis } from 'recharts';
import { type ActivePoint, ChartTooltip } from './ChartTooltip';
import { type ChartData, seriesColor } from './chartTypes';

const tick = { fill: 'var(--muted)', fontSize: 12 };
const margin = { top: 8, right: 8, bottom: 0, left: 0 };

/** The drawing itself. It and the library behind it are loaded only when a chart is shown. */
export function TimeChartPlot({ points, series, format, formatTick = format, kind = 'stacked' }: ChartData) {
  const [active, setActive] = useState<ActivePoint>();
  const rows = points.map((point, position) => ({ ...point.values, position }));
  const hasFractions = points.some((point) => series.some(({ key }) => !Number.isInteger(point.values[key] ?? 0)));

  function point({ activeTooltipIndex, activeCoordinate }: MouseHandlerDataParam) {
    const position = Number(activeTooltipIndex ?? Number.NaN);
    setActive(
      activeCoordinate && points[position] ? { position, x: activeCoordinate.x, isRight: position > points.length / 2 } : undefined,
    );
  }

  return (
    <div className="relative size-full">
      <BarChart
        data={rows}
        responsive
        accessibilityLayer={false}
        margin={margin}
        className="size-full"
        onMouseMove={point}
        onTouchMove={point}
        onTouchStart={point}
        onMouseLeave={() => setActive(undefined)}
      >
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="position"
          tickFormatter={(position: number) => points[position]?.label ?? ''}
          tick={tick}
          stroke="var(--control)"
          minTickGap={24}
          tickLine={false}
        />
        <YAxis
          allowDecimals={hasFractions}
          tickFormatter={formatTick}
          tick={tick}
          stroke="var(--control)"
          width="auto"
          tickLine={false}
          axisLine={false}
        />
        {series.map((item, position) => (
          <Bar
            key={item.key}
            dataKey={item.key}
            stackId={kind === 'stacked' ? 'all' : undefined}
            fill={seriesColor(position)}
            stroke="var(--surface)"
            strokeWidth={series.length > 1 ? 1 : 0}
            maxBarSize={48}
            isAnimationActive={false}
          />
        ))}
      </BarChart>
      {active && <ChartTooltip active={active} points={points} series={series} format={format} />}
    </div>
  );
}
