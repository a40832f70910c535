import { describe, expect, it } from 'vitest';
import { fromLocalInput, readTime, toLocalInput } from './localDateTime';

describe('times of filters', () => {
  it('survive the way through the input', () => expect(fromLocalInput(toLocalInput('2026-11-29T22:35:00Z'))).toBe('2026-11-29T22:35:00Z'));

  it.each([undefined, '', 'yesterday', 7, '2026-13-01T00:00:00Z'])('are left out if they are %s', (value) =>
    expect(readTime(value)).toBeUndefined(),
  );

  it('are in UTC in the address', () => expect(readTime('2026-11-29T22:35:00+01:00')).toBe('2026-11-29T21:35:00Z'));

  it('are empty without a time', () => expect(toLocalInput(undefined)).toBe(''));
});
