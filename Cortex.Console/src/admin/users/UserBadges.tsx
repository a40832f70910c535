import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Badge } from '@/ui/Badge';

/** What state an account is in, in words: the usual, an active and verified one, needs few. */
export function UserBadges({ user }: { user: Pick<Schema<'AdminUserResponse'>, 'is_active' | 'is_verified' | 'two_factor_enabled'> }) {
  return (
    <span className="inline-flex flex-wrap gap-1">
      {user.is_active ? <Badge tone="success">{m.users_active()}</Badge> : <Badge tone="danger">{m.users_disabled()}</Badge>}
      {!user.is_verified && <Badge tone="warning">{m.users_unverified()}</Badge>}
      {user.two_factor_enabled && <Badge>{m.users_two_factor()}</Badge>}
    </span>
  );
}
