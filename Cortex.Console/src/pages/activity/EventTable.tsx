import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Badge } from '@/ui/Badge';
import { type Column, Table } from '@/ui/Table';
import { Time } from '@/ui/Time';
import { deviceName } from '../sessions/deviceName';
import { eventText } from './eventText';

type Event = Schema<'AuditEventResponse'>;

export function EventTable({ events, isLoading }: { events: Event[]; isLoading: boolean }) {
  const columns: Column<Event>[] = [
    { header: m.activity_time(), cell: (event) => <Time value={event.occurred_at} /> },
    { header: m.activity_event(), cell: (event) => <span className="inline-block wrap-anywhere md:min-w-40">{eventText(event)}</span> },
    { header: m.activity_outcome(), cell: (event) => <Outcome outcome={event.outcome} /> },
    // The server doesn't tell where administrators were, so there is nothing to show.
    { header: m.activity_address(), cell: (event) => <span className="inline-block wrap-anywhere md:min-w-28">{event.ip ?? '–'}</span> },
    {
      header: m.activity_device(),
      cell: (event) =>
        event.ip === null && event.user_agent === null ? (
          '–'
        ) : (
          <span title={event.user_agent ?? undefined} className="inline-block wrap-anywhere md:min-w-24">
            {deviceName(event)}
          </span>
        ),
    },
  ];
  return <Table label={m.activity_title()} columns={columns} rows={events} rowKey={(event) => event.id} isLoading={isLoading} />;
}

function Outcome({ outcome }: { outcome: string }) {
  return outcome === 'failure' ? <Badge tone="danger">{m.activity_failure()}</Badge> : <Badge tone="success">{m.activity_success()}</Badge>;
}
