import { describe, expect, it } from 'vitest';
import { secondFactor, withoutSpaces } from './secondFactor';

describe('secondFactor', () => {
  it.each(['492039', '492 039', ' 492\u00a0039\n'])('takes %j for a code', (entered) =>
    expect(secondFactor(entered)).toEqual({ code: '492039' }),
  );

  it.each(['ABCDE-FGHJK', 'abcde fghjk', '4920395'])('takes %j for a recovery code', (entered) =>
    expect(secondFactor(entered)).toEqual({ recovery_code: withoutSpaces(entered) }),
  );

  it.each([null, '', '  '])('takes %j for nothing', (entered) => expect(secondFactor(entered)).toBeUndefined());
});
