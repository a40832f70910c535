import { describe, expect, it } from 'vitest';
import { nextPage } from './next';

const origin = 'https://auth.example.com';

describe('nextPage', () => {
  it.each(['/keys', '/usage?from=2026-11-01', '/admin/users/7b878f37-0b3b-40e1-9ea6-cb498656776d', '/account/security#passkeys'])(
    'keeps %s',
    (next) => expect(nextPage(next, origin)).toBe(next),
  );

  it.each([
    undefined,
    '',
    'https://evil.example/keys',
    '//evil.example/keys',
    '/\\evil.example/keys',
    'javascript:alert(1)',
    '/unknown',
    '/login',
    '/api/v1/auth/me/export',
    'data:text/html,x',
    'http://[',
  ])('replaces %s', (next) => expect(nextPage(next, origin)).toBe('/'));
});
