import { useRouter } from '@tanstack/react-router';
import { api } from '@/api/client';
import { m } from '@/paraglide/messages';
import { queryClient } from '@/queryClient';
import { useUser } from '@/session/useSession';
import { Card } from '@/ui/Card';
import { ActionButton } from './ActionButton';
import { refreshUser, type UserDetails } from './adminUser';
import { DeleteUser } from './DeleteUser';
import { EndAllSessions } from './EndAllSessions';

/** What staff can do for a user, or to an account. */
export function UserActions({ user, onDone }: { user: UserDetails; onDone: (text: string) => void }) {
  const me = useUser();
  const router = useRouter();
  const params = { path: { id: user.id } };

  async function act(action: () => Promise<unknown>, text: string) {
    await action();
    await refreshUser();
    onDone(text);
  }

  async function deleteUser() {
    await api.DELETE('/api/v1/admin/users/{id}', { params });
    queryClient.removeQueries({ queryKey: ['get', '/api/v1/admin/users/{id}', { params }] });
    queryClient.invalidateQueries({ queryKey: ['get', '/api/v1/admin/users'] });
    router.navigate({ to: '/admin/users' });
  }

  const setActive = (is_active: boolean) => api.PATCH('/api/v1/admin/users/{id}', { params, body: { is_active } });
  return (
    <Card title={m.user_actions()}>
      <div className="flex flex-wrap gap-2">
        {user.is_active && (
          <ActionButton
            label={m.user_send_reset()}
            onConfirm={() => act(() => api.POST('/api/v1/admin/users/{id}/send-password-reset', { params, body: {} }), m.user_reset_sent())}
          >
            <p>{m.user_send_reset_text({ email: user.email })}</p>
          </ActionButton>
        )}
        {(user.two_factor_enabled || user.passkeys > 0) && user.id !== me.id && (
          <ActionButton
            label={m.user_reset_2fa()}
            onConfirm={() => act(() => api.POST('/api/v1/admin/users/{id}/reset-2fa', { params, body: {} }), m.user_2fa_was_reset())}
          >
            <p>{m.user_reset_2fa_text()}</p>
          </ActionButton>
        )}
        <EndAllSessions user={user} onDone={onDone} />
        {me.isAdmin && user.is_active && (
          <ActionButton label={m.user_disable()} onConfirm={() => act(() => setActive(false), m.user_was_disabled())}>
            <p>{m.user_disable_text()}</p>
          </ActionButton>
        )}
        {me.isAdmin && !user.is_active && (
          <ActionButton label={m.user_enable()} onConfirm={() => act(() => setActive(true), m.user_was_enabled())}>
            <p>{m.user_enable_text()}</p>
          </ActionButton>
        )}
        {me.isAdmin && <DeleteUser user={user} onDelete={deleteUser} />}
      </div>
    </Card>
  );
}
