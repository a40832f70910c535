import { expect, test } from 'vitest';
import { changesFrom, differences, type Editable, proposal } from './editing';

const base: Editable = { subscription_tier: 'free', is_active: true, is_verified: false, roles: ['support', 'service'] };

test('only what differs is sent', () => {
  expect(changesFrom(base, { ...base, subscription_tier: 'pro' })).toEqual({ subscription_tier: 'pro' });
  expect(changesFrom(base, { ...base, is_active: false, roles: [] })).toEqual({ is_active: false, roles: [] });
});

test('the order of roles is no difference', () => {
  expect(differences(base, { ...base, roles: ['service', 'support'] })).toEqual([]);
  expect(differences(base, { ...base, roles: ['service'] })).toEqual(['roles']);
});

test('a proposal takes my changes and their others', () => {
  const mine = { ...base, subscription_tier: 'pro' };
  const theirs = { ...base, subscription_tier: 'enterprise', is_verified: true };
  expect(proposal(base, mine, theirs)).toEqual({
    subscription_tier: 'pro',
    is_active: true,
    is_verified: true,
    roles: ['service', 'support'],
  });
});
