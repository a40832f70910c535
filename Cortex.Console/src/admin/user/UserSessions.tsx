import { useState } from 'react';
import { api, query, type Schema } from '@/api/client';
import { deviceName } from '@/pages/sessions/deviceName';
import { m } from '@/paraglide/messages';
import { Badge } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { EmptyState } from '@/ui/EmptyState';
import { Loaded } from '@/ui/Loaded';
import { Notice } from '@/ui/Notice';
import { type Column, Table } from '@/ui/Table';
import { Time } from '@/ui/Time';
import { ActionButton } from './ActionButton';
import { refreshUser, type UserDetails } from './adminUser';
import { EndAllSessions } from './EndAllSessions';

type Session = Schema<'SessionResponse'>;

export function UserSessions({ user, canHelp }: { user: UserDetails; canHelp: boolean }) {
  const sessions = query.useQuery('get', '/api/v1/admin/users/{id}/sessions', { params: { path: { id: user.id } } });
  const [done, setDone] = useState<string>();

  async function end(session: Session) {
    await api.DELETE('/api/v1/admin/users/{id}/sessions/{session_id}', { params: { path: { id: user.id, session_id: session.id } } });
    await refreshUser();
    setDone(m.user_session_ended());
  }

  const columns: Column<Session>[] = [
    {
      header: m.user_device(),
      cell: (session) => (
        <span title={session.user_agent ?? undefined}>
          {deviceName(session)} {session.is_current && <Badge tone="accent">{m.user_this_session()}</Badge>}
        </span>
      ),
    },
    { header: m.user_ip(), cell: (session) => <span className="break-all">{session.ip ?? '–'}</span> },
    { header: m.user_started(), cell: (session) => <Time value={session.created_at} /> },
    { header: m.user_last_used(), cell: (session) => <Time value={session.last_used_at} /> },
    ...(canHelp
      ? [
          {
            header: m.user_action(),
            align: 'end' as const,
            cell: (session: Session) => (
              <ActionButton label={m.user_end_session()} about={deviceName(session)} size="small" onConfirm={() => end(session)}>
                <p>{session.is_current ? m.user_end_own_session_text() : m.user_end_session_text()}</p>
              </ActionButton>
            ),
          },
        ]
      : []),
  ];
  return (
    <Card title={m.common_nav_sessions()} actions={canHelp && <EndAllSessions user={user} onDone={setDone} />}>
      {done && (
        <Notice tone="success" isStatus>
          {done}
        </Notice>
      )}
      <Loaded query={sessions}>
        {(rows) =>
          rows.length > 0 ? (
            <Table label={m.common_nav_sessions()} columns={columns} rows={rows} rowKey={(session) => session.id} />
          ) : (
            <EmptyState title={m.user_no_sessions()} />
          )
        }
      </Loaded>
    </Card>
  );
}
