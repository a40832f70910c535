import type { Schema } from '@/api/client';

export type Month = Schema<'ReconciledMonth'>;
export type Sums = Schema<'ReconciledSums'>;
export type Metric = keyof Sums;

export const metrics: readonly Metric[] = ['requests', 'tokens_used', 'cost_usd'];

/** What was used and is neither accepted nor pending; null if nothing is missing. */
export function missing(month: Month): Sums | null {
  const sums = Object.fromEntries(
    metrics.map((metric) => [metric, difference(month.used[metric], month.accepted[metric] + month.pending[metric])]),
  ) as unknown as Sums;
  return isZero(sums) ? null : sums;
}

/** By how much a meter has counted more (or, if negative, less) than Polar has accepted; 0 if it isn't compared. */
export function meterDifference(month: Month, meter: Schema<'ReconciledMeter'>): number {
  return isMetric(meter.metric) ? difference(meter.quantity, month.accepted[meter.metric]) : 0;
}

export function isMetric(value: string | null): value is Metric {
  return metrics.some((metric) => metric === value);
}

export function isZero(sums: Sums) {
  return metrics.every((metric) => sums[metric] === 0);
}

/** Costs are exact to six decimals, which their difference as floating-point numbers isn't. */
function difference(a: number, b: number) {
  return Math.round((a - b) * 1e6) / 1e6 || 0;
}
