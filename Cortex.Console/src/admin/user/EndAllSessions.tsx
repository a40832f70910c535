import { api } from '@/api/client';
import { m } from '@/paraglide/messages';
import { ActionButton } from './ActionButton';
import { refreshUser, type UserDetails } from './adminUser';

export function EndAllSessions({ user, onDone }: { user: UserDetails; onDone: (text: string) => void }) {
  async function endAll() {
    await api.POST('/api/v1/admin/users/{id}/revoke-sessions', { params: { path: { id: user.id } }, body: {} });
    await refreshUser();
    onDone(m.user_sessions_ended());
  }

  return user.active_sessions > 0 ? (
    <ActionButton label={m.user_end_all()} onConfirm={endAll}>
      <p>{m.user_end_all_text()}</p>
    </ActionButton>
  ) : null;
}
