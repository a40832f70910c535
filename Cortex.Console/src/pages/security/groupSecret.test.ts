import { expect, it } from 'vitest';
import { groupSecret } from './groupSecret';

it('groups a secret by four', () => {
  expect(groupSecret('ZBTTDVLT3E')).toBe('ZBTT DVLT 3E');
  expect(groupSecret('')).toBe('');
});
