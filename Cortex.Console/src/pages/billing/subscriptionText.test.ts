import { beforeAll, describe, expect, it } from 'vitest';
import { overwriteGetLocale } from '@/paraglide/runtime';
import { isRunning, subscriptionText } from './subscriptionText';

const now = Date.parse('2026-11-29T12:00:00Z');
const running = {
  status: 'active',
  product_id: 'prod_a',
  tier: 'pro',
  current_period_start: '2026-11-15T12:00:00Z',
  current_period_end: '2026-12-15T12:00:00Z',
  cancel_at_period_end: false,
  past_due_since: null,
  access_until: null,
};

describe('subscriptionText', () => {
  beforeAll(() => overwriteGetLocale(() => 'en'));

  it.each([
    [{}, 'renews on Dec 15, 2026'],
    [{ current_period_end: null }, 'is active'],
    [{ status: 'trialing' }, 'trial ends on Dec 15, 2026'],
    [{ cancel_at_period_end: true }, 'ends with the current period'],
    [{ cancel_at_period_end: true, access_until: '2026-12-15T12:00:00Z' }, 'until Dec 15, 2026'],
    [{ status: 'past_due' }, 'last payment failed'],
    [{ status: 'past_due', past_due_since: '2026-11-20T12:00:00Z' }, 'failed on Nov 20, 2026'],
    [{ status: 'past_due', past_due_since: '2026-11-20T12:00:00Z', access_until: '2026-12-11T12:00:00Z' }, 'until Dec 11, 2026'],
    [{ status: 'past_due', past_due_since: '2026-11-01T12:00:00Z', access_until: '2026-11-22T12:00:00Z' }, 'lost the plan on Nov 22'],
    [{ status: 'canceled', access_until: '2026-12-15T12:00:00Z' }, 'until Dec 15, 2026'],
    [{ status: 'canceled', access_until: '2026-11-28T12:00:00Z' }, 'ended on Nov 28, 2026'],
    [{ status: 'canceled' }, 'has ended'],
    [{ status: 'unpaid' }, 'payments have failed'],
    [{ status: 'paused' }, 'paused'],
    [{ status: 'something_new' }, 'something_new'],
  ])('says what %j means', (changes, text) => expect(subscriptionText({ ...running, ...changes }, now)).toContain(text));
});

describe('isRunning', () => {
  it.each([
    ['active', true],
    ['past_due', true],
    ['canceled', false],
    ['unpaid', false],
  ])('knows that %s is %j', (status, isIt) => expect(isRunning({ ...running, status })).toBe(isIt));

  it('is false without a subscription', () => expect(isRunning(null)).toBe(false));
});
