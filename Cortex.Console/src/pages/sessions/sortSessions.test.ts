import { describe, expect, it } from 'vitest';
import { sortSessions } from './sortSessions';

describe('sortSessions', () => {
  it('puts this session first and then the latest', () => {
    const ids = sortSessions([session('old', '2026-11-01'), session('this', '2026-11-02', true), session('new', '2026-11-03')]);
    expect(ids.map(({ id }) => id)).toEqual(['this', 'new', 'old']);
  });
});

function session(id: string, day: string, isCurrent = false) {
  const time = `${day}T12:00:00Z`;
  return { id, created_at: time, last_used_at: time, expires_at: time, ip: null, user_agent: null, device: null, is_current: isCurrent };
}
