import { m } from '@/paraglide/messages';
import { Badge, type BadgeTone } from '@/ui/Badge';
import { Time } from '@/ui/Time';
import { isUnused, type Key, type KeyState, keyState } from './keyState';

const looks: Record<KeyState, { tone: BadgeTone; text: () => string }> = {
  active: { tone: 'success', text: m.keys_state_active },
  off: { tone: 'neutral', text: m.keys_state_off },
  expiring: { tone: 'warning', text: m.keys_state_expiring },
  expired: { tone: 'danger', text: m.keys_state_expired },
  ending: { tone: 'warning', text: m.keys_state_ending },
  replaced: { tone: 'neutral', text: m.keys_state_replaced },
};

/** What state a key is in, and what its owner should know about it. */
export function KeyStateCell({ item, keys }: { item: Key; keys: Key[] }) {
  const state = keyState(item);
  const replacement = keys.find((key) => key.id === item.replaced_by_id);
  const works = state === 'active' || state === 'expiring' || state === 'ending';
  return (
    <span className="flex flex-col items-end gap-1 md:items-start">
      <span className="flex flex-wrap gap-1">
        <Badge tone={looks[state].tone}>{looks[state].text()}</Badge>
        {works && isUnused(item) && <Badge tone="warning">{m.keys_unused()}</Badge>}
      </span>
      {item.replaced_by_id && (
        <span className="max-w-56 text-xs text-muted">
          <span className="block">
            {replacement ? m.keys_replaced_by({ prefix: replacement.prefix ?? '' }) : m.keys_replaced_by_revoked()}
          </span>
          {state === 'ending' && item.expires_at && (
            <>
              {m.keys_works_until()} <Time value={item.expires_at} />
            </>
          )}
        </span>
      )}
    </span>
  );
}
