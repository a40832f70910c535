export interface ChartSeries {
  /** Names the series in the values of the points. */
  key: string;
  label: string;
}

export interface ChartPoint {
  /** The time that the point is about, as text. */
  label: string;
  values: Record<string, number>;
}

export interface ChartData {
  points: ChartPoint[];
  /** At most eight, because more can't be told apart. In stacked bars, the first is at the bottom. */
  series: ChartSeries[];
  /** Turns a value into text, with its unit. */
  format: (value: number) => string;
  /** The same for the axis, if that text is too long for it. */
  formatTick?: (value: number) => string;
  /** Bars on top of each other, whose sum means something, or side by side. */
  kind?: 'stacked' | 'grouped';
}

/** The color of a series by its position, which both themes define. */
export function seriesColor(position: number) {
  return `var(--chart-${(position % 8) + 1})`;
}
