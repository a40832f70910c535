import { describe, expect, it } from 'vitest';
import { usageRange } from './range';

const now = Date.parse('2026-11-29T22:35:00Z');

describe('usageRange', () => {
  it.each([
    [{ tz: 'UTC' }, { from: '2026-10-31T00:00:00Z', granularity: 'day', tz: 'UTC' }],
    [
      { tz: 'UTC', period: '24h' },
      { from: '2026-11-28T23:00:00Z', granularity: 'hour', tz: 'UTC' },
    ],
    [
      { tz: 'Asia/Tokyo', period: '7d' },
      { from: '2026-11-23T15:00:00Z', granularity: 'day', tz: 'Asia/Tokyo' },
    ],
    [
      { tz: 'UTC', period: 'month' },
      { from: '2026-11-01T00:00:00Z', granularity: 'day', tz: 'UTC' },
    ],
    [
      { tz: 'UTC', period: '12m' },
      { from: '2025-12-01T00:00:00Z', granularity: 'month', tz: 'UTC' },
    ],
    [
      { tz: 'UTC', period: '12m', granularity: 'day' },
      { from: '2025-12-01T00:00:00Z', granularity: 'day', tz: 'UTC' },
    ],
    [
      { tz: 'Europe/Paris', from: '2026-10-24', to: '2026-10-26' },
      { from: '2026-10-23T22:00:00Z', to: '2026-10-26T23:00:00Z', granularity: 'day', tz: 'Europe/Paris' },
    ],
    [
      { tz: 'UTC', from: '2026-11-29' },
      { from: '2026-11-29T00:00:00Z', to: undefined, granularity: 'hour', tz: 'UTC' },
    ],
    [
      { tz: 'UTC', to: '2026-11-10' },
      { from: undefined, to: '2026-11-11T00:00:00Z', granularity: 'day', tz: 'UTC' },
    ],
  ] as const)('of %o', (search, range) => expect(usageRange(search, now)).toEqual(range));
});
