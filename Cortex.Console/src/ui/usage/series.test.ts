import { describe, expect, it } from 'vitest';
import { chartOf, groupsOf, sum } from './series';

const point = (start: string, group: string | null, requests: number, cost_usd = 0) => ({
  start,
  group,
  requests,
  tokens_used: 0,
  cost_usd,
  errors: 0,
  unpriced: 0,
});
const labels = { time: (start: string) => start, group: (group: { name: string | null }) => group.name ?? '–', rest: 'Rest' };

describe('sums', () => {
  it('are exact', () => expect(sum([point('a', null, 1, 0.1), point('b', null, 2, 0.2)])).toMatchObject({ requests: 3, cost_usd: 0.3 }));

  it('are by group, the largest first', () =>
    expect(
      groupsOf([point('a', 'x', 1), point('a', null, 5), point('b', 'x', 2)]).map((group) => [group.name, group.totals.requests]),
    ).toEqual([
      [null, 5],
      ['x', 3],
    ]));
});

describe('chartOf', () => {
  it('has a value for each time and group', () =>
    expect(chartOf([point('a', 'x', 1), point('a', 'y', 4), point('b', 'x', 2), point('b', 'y', 0)], 'requests', labels)).toEqual({
      points: [
        { label: 'a', values: { 'group x': 1, 'group y': 4 } },
        { label: 'b', values: { 'group x': 2, 'group y': 0 } },
      ],
      series: [
        { key: 'group y', label: 'y' },
        { key: 'group x', label: 'x' },
      ],
    }));

  it('adds up what is beyond eight', () => {
    const series = Array.from({ length: 12 }, (_, position) => point('a', `g${position}`, 20 - position));
    const chart = chartOf(series, 'requests', labels);
    expect(chart.series).toHaveLength(8);
    expect(chart.series.at(-1)).toEqual({ key: 'rest', label: 'Rest' });
    expect(chart.points[0]?.values.rest).toBe(13 + 12 + 11 + 10 + 9);
  });
});
