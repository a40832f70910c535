import type { Schema } from '@/api/client';

export type Key = Schema<'ApiKeyResponse'>;

/** Where a key is in its life. `ending` and `replaced` keys were rotated: they still work until the overlap ends, or no longer. */
export type KeyState = 'active' | 'off' | 'expiring' | 'expired' | 'ending' | 'replaced';

const day = 86_400_000;
const longestOverlap = 86_400n * 1_000_000n;

/** How long before its end a key counts as expiring soon. */
const soon = 14 * day;

export function keyState(key: Key, keys: Key[], now = Date.now()): KeyState {
  const end = key.expires_at === null ? undefined : Date.parse(key.expires_at);
  const isOver = end !== undefined && end <= now;
  if (replacementOf(key, keys)) {
    return isOver || !key.is_active ? 'replaced' : 'ending';
  }

  if (isOver) {
    return 'expired';
  }

  return key.is_active ? (end !== undefined && end - now < soon ? 'expiring' : 'active') : 'off';
}

/**
 * The key that replaced this one in a rotation. The server sets the old key's end to the new one's creation and a number of whole seconds, which to the
 * microsecond no other pair of keys has.
 */
export function replacementOf(key: Key, keys: Key[]): Key | undefined {
  const end = microseconds(key.expires_at);
  const own = microseconds(key.created_at);
  return end === undefined
    ? undefined
    : keys.find((other) => {
        const created = microseconds(other.created_at);
        return (
          other.id !== key.id &&
          created !== undefined &&
          (own === undefined || created > own) &&
          end >= created &&
          end - created <= longestOverlap &&
          (end - created) % 1_000_000n === 0n
        );
      });
}

/** Whether nobody has used the key for 90 days, or since it was created if that is longer ago. */
export function isUnused(key: Key, now = Date.now()): boolean {
  const last = key.last_used_at ?? key.created_at;
  return last !== null && now - Date.parse(last) > 90 * day;
}

/** Microseconds since 1970; dates of JavaScript have only milliseconds. */
function microseconds(time: string | null): bigint | undefined {
  const parts = time?.match(/^(.{19})(?:\.(\d{1,6}))?\d*Z$/);
  return parts ? BigInt(Date.parse(`${parts[1]}Z`)) * 1000n + BigInt((parts[2] ?? '').padEnd(6, '0')) : undefined;
}
