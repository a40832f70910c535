import type { Schema } from '@/api/client';

type Session = Schema<'SessionResponse'>;

/** This session first, and then those that were used last. */
export function sortSessions(sessions: Session[]): Session[] {
  return sessions.toSorted(
    (one, other) => Number(other.is_current) - Number(one.is_current) || Date.parse(other.last_used_at) - Date.parse(one.last_used_at),
  );
}
