import { describe, expect, it } from 'vitest';
import { ApiError } from '@/api/problem';
import { explainQuota, readQuota } from './quotaForm';

function form(fields: Record<string, string>) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    data.set(name, value);
  }

  return data;
}

describe('readQuota', () => {
  it('is null without limits', () => expect(readQuota(form({ requests: '', tokens: ' ', cost_usd: '' }))).toBeNull());

  it('keeps the cost exact, and a limit of 0', () =>
    expect(readQuota(form({ requests: '0', tokens: '', cost_usd: ' 1.000001 ' }))).toEqual({
      requests: 0,
      tokens: null,
      cost_usd: '1.000001',
    }));
});

describe('explainQuota', () => {
  const explain = (message: string) =>
    explainQuota(
      new ApiError(400, 'validation_failed', 'Invalid', {
        title: '',
        status: 400,
        detail: '',
        code: '',
        errors: { monthly_quota: [message] },
      }),
    ).problem?.errors;

  it('finds the field of a message', () => expect(explain('tokens: must be less.')).toEqual({ tokens: ['must be less.'] }));

  it('blames the only free text for an unreadable value', () =>
    expect(explain('has the wrong type')).toEqual({ cost_usd: ['has the wrong type'] }));
});
