import { expect, it } from 'vitest';
import { hasArrived } from './hasArrived';

it.each([
  ['free', 'free', undefined, false],
  ['free', 'free', 'canceled', false],
  ['pro', 'free', 'active', true],
  ['pro', 'pro', 'active', true],
  ['pro', undefined, 'trialing', true],
  ['free', undefined, undefined, false],
])('with the tier %s, %s before, and a subscription that is %s: %j', (tier, from, status, arrived) => {
  const subscription = status && {
    status,
    product_id: 'prod_a',
    tier: 'pro',
    current_period_start: null,
    current_period_end: null,
    cancel_at_period_end: false,
    past_due_since: null,
    access_until: null,
  };
  expect(hasArrived({ subscription_tier: tier, subscription: subscription || null, products: [], portal_available: true }, from)).toBe(
    arrived,
  );
});
