import { api } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Notice } from '@/ui/Notice';
import { Time } from '@/ui/Time';
import { ActionButton } from './ActionButton';
import { refreshUser, type UserDetails } from './adminUser';

interface UserLocksProps {
  user: UserDetails;
  canHelp: boolean;
  onDone: (text: string) => void;
}

/** Says what keeps the user from logging in after wrong passwords or codes, and lifts it. */
export function UserLocks({ user, canHelp, onDone }: UserLocksProps) {
  const { login_blocked, two_factor_blocked, locked_until, two_factor_locked_until } = user;
  if (!login_blocked && !two_factor_blocked && !locked_until && !two_factor_locked_until) {
    return null;
  }

  async function unlock() {
    await api.POST('/api/v1/admin/users/{id}/unlock', { params: { path: { id: user.id } }, body: {} });
    await refreshUser();
    onDone(m.user_unlocked());
  }

  return (
    <Notice tone="warning">
      {login_blocked && <p>{m.user_login_blocked()}</p>}
      {two_factor_blocked && <p>{m.user_two_factor_blocked()}</p>}
      {locked_until && (
        <p>
          {m.user_locked_until()} <Time value={locked_until} />
        </p>
      )}
      {two_factor_locked_until && (
        <p>
          {m.user_two_factor_locked_until()} <Time value={two_factor_locked_until} />
        </p>
      )}
      {canHelp && (
        <ActionButton label={m.user_unlock()} size="small" onConfirm={unlock}>
          <p>{m.user_unlock_text()}</p>
        </ActionButton>
      )}
    </Notice>
  );
}
