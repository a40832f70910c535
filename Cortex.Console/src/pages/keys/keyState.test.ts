import { describe, expect, it } from 'vitest';
import { isUnused, type Key, keyState } from './keyState';

const now = Date.parse('2026-11-29T12:00:00Z');

function key(id: string, change: Partial<Key> = {}): Key {
  return {
    id,
    name: 'chatbot',
    prefix: 'ctx_0aB1cD2e',
    scopes: [],
    is_active: true,
    created_at: '2026-11-01T08:00:00.123456Z',
    expires_at: null,
    last_used_at: null,
    monthly_quota: null,
    replaced_by_id: null,
    ...change,
  };
}

describe('keyState', () => {
  it.each([
    ['active', {}],
    ['active', { expires_at: '2027-01-01T00:00:00Z' }],
    ['expiring', { expires_at: '2026-12-05T00:00:00Z' }],
    ['expired', { expires_at: '2026-11-28T00:00:00Z' }],
    ['off', { is_active: false }],
    ['ending', { expires_at: '2026-11-29T12:30:00Z', replaced_by_id: 'b' }],
    ['replaced', { expires_at: '2026-11-29T11:30:00Z', replaced_by_id: 'b' }],
    ['replaced', { expires_at: '2026-11-29T12:30:00Z', replaced_by_id: 'b', is_active: false }],
  ] as const)('is %s', (state, change) => expect(keyState(key('a', change), now)).toBe(state));
});

describe('isUnused', () => {
  it.each([
    [true, { last_used_at: '2026-08-01T00:00:00Z' }],
    [false, { last_used_at: '2026-11-01T00:00:00Z', created_at: '2020-01-01T00:00:00Z' }],
    [true, { created_at: '2026-01-01T00:00:00Z' }],
    [false, {}],
    [false, { created_at: null }],
  ])('is %s', (unused, change) => expect(isUnused(key('a', change), now)).toBe(unused));
});
