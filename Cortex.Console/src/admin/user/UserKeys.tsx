import { useState } from 'react';
import { api, query, type Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { useUser } from '@/session/useSession';
import { Badge } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { EmptyState } from '@/ui/EmptyState';
import { Loaded } from '@/ui/Loaded';
import { Notice } from '@/ui/Notice';
import { type Column, Table } from '@/ui/Table';
import { Time } from '@/ui/Time';
import { ActionButton } from './ActionButton';
import { refreshUser, type UserDetails } from './adminUser';
import { limitText } from './limitText';

type Key = Schema<'ApiKeyResponse'>;

export function UserKeys({ user }: { user: UserDetails }) {
  const { isAdmin } = useUser();
  const keys = query.useQuery('get', '/api/v1/admin/users/{id}/api-keys', { params: { path: { id: user.id } } });
  const [done, setDone] = useState<string>();

  async function revoke(key: Key) {
    await api.DELETE('/api/v1/admin/users/{id}/api-keys/{key_id}', { params: { path: { id: user.id, key_id: key.id } } });
    await refreshUser();
    setDone(m.user_key_revoked());
  }

  const columns: Column<Key>[] = [
    {
      header: m.user_key_name(),
      cell: (key) => (
        <>
          <span className="break-words">{key.name ?? m.user_key_unnamed()}</span>
          {key.prefix && <code className="block text-xs text-muted">{key.prefix}…</code>}
        </>
      ),
    },
    { header: m.users_state(), cell: (key) => <KeyState value={key} /> },
    { header: m.user_key_scopes(), cell: (key) => <span className="break-words">{key.scopes.join(', ') || m.user_key_no_scopes()}</span> },
    { header: m.user_quota(), cell: (key) => limitText(key.monthly_quota) },
    { header: m.users_created(), cell: (key) => (key.created_at ? <Time value={key.created_at} dateOnly /> : '–') },
    { header: m.user_last_used(), cell: (key) => (key.last_used_at ? <Time value={key.last_used_at} dateOnly /> : m.user_never()) },
    { header: m.user_expires(), cell: (key) => (key.expires_at ? <Time value={key.expires_at} dateOnly /> : m.user_never()) },
    ...(isAdmin
      ? [
          {
            header: m.user_action(),
            align: 'end' as const,
            cell: (key: Key) => (
              <ActionButton label={m.user_revoke_key()} about={key.name ?? key.id} size="small" onConfirm={() => revoke(key)}>
                <p>{m.user_revoke_key_text({ name: key.name ?? key.prefix ?? key.id })}</p>
              </ActionButton>
            ),
          },
        ]
      : []),
  ];
  return (
    <Card title={m.common_nav_keys()}>
      {done && (
        <Notice tone="success" isStatus>
          {done}
        </Notice>
      )}
      <Loaded query={keys}>
        {(rows) =>
          rows.length > 0 ? (
            <Table label={m.common_nav_keys()} columns={columns} rows={rows} rowKey={(key) => key.id} />
          ) : (
            <EmptyState title={m.user_no_keys()} />
          )
        }
      </Loaded>
    </Card>
  );
}

function KeyState({ value: { is_active, expires_at } }: { value: Key }) {
  if (expires_at && new Date(expires_at) <= new Date()) {
    return <Badge tone="warning">{m.user_key_expired()}</Badge>;
  }

  return is_active ? <Badge tone="success">{m.users_active()}</Badge> : <Badge>{m.user_key_off()}</Badge>;
}
