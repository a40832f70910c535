import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { type Column, Table } from '@/ui/Table';
import { Time } from '@/ui/Time';
import { deviceName } from './deviceName';

type Session = Schema<'SessionResponse'>;

export function SessionTable({ sessions, onEnd }: { sessions: Session[]; onEnd: (session: Session) => void }) {
  const columns: Column<Session>[] = [
    { header: m.sessions_place(), cell: (session) => <DeviceCell session={session} /> },
    { header: m.sessions_started(), cell: (session) => <Time value={session.created_at} /> },
    { header: m.sessions_last_used(), cell: (session) => <Time value={session.last_used_at} /> },
    {
      header: m.sessions_action(),
      align: 'end',
      cell: (session) =>
        session.is_current ? (
          <Badge tone="accent">{m.sessions_this()}</Badge>
        ) : (
          <Button size="small" aria-label={m.sessions_end_label({ device: deviceName(session) })} onPress={() => onEnd(session)}>
            {m.sessions_end_short()}
          </Button>
        ),
    },
  ];
  return <Table label={m.sessions_title()} columns={columns} rows={sessions} rowKey={(session) => session.id} />;
}

function DeviceCell({ session }: { session: Session }) {
  return (
    <span className="flex flex-col wrap-anywhere md:min-w-32" title={session.user_agent ?? undefined}>
      {deviceName(session)}
      <span className="text-muted">{session.ip ?? m.sessions_unknown_address()}</span>
    </span>
  );
}
