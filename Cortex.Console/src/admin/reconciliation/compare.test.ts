import { describe, expect, it } from 'vitest';
import { type Month, meterDifference, missing } from './compare';

const none = { requests: 0, tokens_used: 0, cost_usd: 0 };
const month: Month = {
  user_id: 'ab7786e8-8595-418a-ac23-ec9ae5302a2e',
  user_email: 'ada@example.com',
  month: '2026-11',
  used: { requests: 3, tokens_used: 30, cost_usd: 0.3 },
  sent: none,
  accepted: { requests: 1, tokens_used: 10, cost_usd: 0.1 },
  pending: { requests: 2, tokens_used: 20, cost_usd: 0.2 },
  parked: none,
  meters: null,
  drift: false,
};

describe('reconciliation', () => {
  it('finds nothing missing, although 0.1 + 0.2 isn’t 0.3', () => expect(missing(month)).toBeNull());

  it('finds what is missing', () =>
    expect(missing({ ...month, pending: { ...month.pending, cost_usd: 0.199999 } })).toEqual({ ...none, cost_usd: 0.000001 }));

  it('compares a meter with what was accepted', () =>
    expect(meterDifference(month, { meter_id: 'm', name: 'Tokens', quantity: 8, metric: 'tokens_used' })).toBe(-2));

  it('doesn’t compare a meter of something else', () =>
    expect(meterDifference(month, { meter_id: 'm', name: 'Users', quantity: 8, metric: null })).toBe(0));
});
