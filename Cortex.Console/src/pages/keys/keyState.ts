import type { Schema } from '@/api/client';

export type Key = Schema<'ApiKeyResponse'>;

/** Where a key is in its life. `ending` and `replaced` keys were rotated: they still work until the overlap ends, or no longer. */
export type KeyState = 'active' | 'off' | 'expiring' | 'expired' | 'ending' | 'replaced';

const day = 86_400_000;

/** How long before its end a key counts as expiring soon. */
const soon = 14 * day;

export function keyState(key: Key, now = Date.now()): KeyState {
  const end = key.expires_at === null ? undefined : Date.parse(key.expires_at);
  const isOver = end !== undefined && end <= now;
  if (key.replaced_by_id !== null) {
    return isOver || !key.is_active ? 'replaced' : 'ending';
  }

  if (isOver) {
    return 'expired';
  }

  return key.is_active ? (end !== undefined && end - now < soon ? 'expiring' : 'active') : 'off';
}

/** Whether nobody has used the key for 90 days, or since it was created if that is longer ago. */
export function isUnused(key: Key, now = Date.now()): boolean {
  const last = key.last_used_at ?? key.created_at;
  return last !== null && now - Date.parse(last) > 90 * day;
}
