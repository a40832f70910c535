import { ChevronDown, ChevronUp } from 'lucide-react';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { formatTime } from '@/ui/format';
import { Table } from '@/ui/Table';
import { Time } from '@/ui/Time';
import { UserLink } from '../filters/UserLink';
import { AuditDetails } from './AuditDetails';
import { actionText } from './actions';

export type AuditEvent = Schema<'AdminAuditEventResponse'>;

interface AuditTableProps {
  events: AuditEvent[];
  isLoading: boolean;
}

export function AuditTable({ events, isLoading }: AuditTableProps) {
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());

  function toggle(id: string) {
    const next = new Set(expanded);
    if (!next.delete(id)) {
      next.add(id);
    }

    setExpanded(next);
  }

  return (
    <Table
      label={m.audit_list_label()}
      rows={events}
      rowKey={(event) => event.id}
      isLoading={isLoading}
      detail={(event) => expanded.has(event.id) && <AuditDetails event={event} />}
      columns={[
        { header: m.audit_time(), cell: (event) => <Time value={event.occurred_at} /> },
        {
          header: m.audit_what(),
          cell: (event) => (
            <span className="flex flex-col items-end md:items-start">
              <span className="flex flex-wrap items-center justify-end gap-x-2 md:justify-start">
                {actionText(event.action)}
                {event.outcome === 'failure' ? (
                  <Badge tone="danger">{m.audit_failure()}</Badge>
                ) : (
                  <Badge tone="success">{m.audit_success()}</Badge>
                )}
              </span>
              <code className="text-xs break-all text-muted md:hidden lg:inline">{event.action}</code>
            </span>
          ),
        },
        {
          header: m.audit_actor(),
          cell: (event) =>
            event.actor_id ? <UserLink id={event.actor_id} email={event.actor_email} /> : <Absent>{m.audit_nobody()}</Absent>,
        },
        {
          header: m.audit_user(),
          cell: (event) =>
            event.user_id ? <UserLink id={event.user_id} email={event.user_email} /> : <Absent>{m.audit_no_account()}</Absent>,
        },
        { header: m.audit_where(), cell: (event) => (event.ip ? <Address ip={event.ip} /> : <Absent>–</Absent>) },
        {
          header: m.audit_more(),
          align: 'end',
          cell: (event) => {
            const about = { action: actionText(event.action), time: formatTime(event.occurred_at) };
            const isExpanded = expanded.has(event.id);
            return (
              <Button
                size="small"
                look="plain"
                aria-expanded={isExpanded}
                aria-label={isExpanded ? m.audit_less_about(about) : m.audit_more_about(about)}
                onPress={() => toggle(event.id)}
              >
                {isExpanded ? <ChevronUp size={16} aria-hidden /> : <ChevronDown size={16} aria-hidden />}
              </Button>
            );
          },
        },
      ]}
    />
  );
}

function Absent({ children }: { children: string }) {
  return <span className="text-muted">{children}</span>;
}

/** An IPv6 address may wrap, because it can be longer than the column is wide. */
function Address({ ip }: { ip: string }) {
  return <span className={ip.includes(':') ? 'break-all' : 'whitespace-nowrap'}>{ip}</span>;
}
