import { expect, test } from 'vitest';
import { hasFilters, parseUsersSearch } from './usersSearch';

test('the address is read, and what the list does not have is left out', () => {
  expect(
    parseUsersSearch({ email: 'ada', tier: 'pro', is_active: true, is_verified: false, role: 'admin', sort: 'email', order: 'asc' }),
  ).toEqual({
    email: 'ada',
    tier: 'pro',
    is_active: true,
    is_verified: false,
    role: 'admin',
    sort: 'email',
    order: 'asc',
  });
  expect(parseUsersSearch({ role: 'root', sort: 'password', order: 1, is_active: 'yes', email: { a: 1 }, x: 1 })).toEqual({});
});

test('an email of digits stays text', () => {
  expect(parseUsersSearch({ email: 12 }).email).toBe('12');
});

test('neither the order nor the page is a filter', () => {
  expect(hasFilters(parseUsersSearch({ sort: 'email', order: 'asc', cursor: 'x' }))).toBe(false);
  expect(hasFilters(parseUsersSearch({ is_active: false }))).toBe(true);
});
