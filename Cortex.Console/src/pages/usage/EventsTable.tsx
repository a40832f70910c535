import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Amount } from '@/ui/Amount';
import { Badge } from '@/ui/Badge';
import { formatNumber, formatTime, formatUtc } from '@/ui/format';
import { Table } from '@/ui/Table';
import { keyName } from './keyName';

type Event = Schema<'UsageEventResponse'>;

interface EventsTableProps {
  events: Event[];
  keys: Schema<'ApiKeyResponse'>[] | undefined;
  timeZone: string;
  isLoading: boolean;
}

export function EventsTable({ events, keys, timeZone, isLoading }: EventsTableProps) {
  return (
    <Table
      label={m.usage_events()}
      rows={events}
      rowKey={(event) => event.id}
      isLoading={isLoading}
      columns={[
        { header: m.usage_chart_time(), cell: (event) => event.created_at && <When time={event.created_at} timeZone={timeZone} /> },
        { header: m.usage_endpoint(), cell: (event) => <Endpoint event={event} /> },
        {
          header: m.usage_key(),
          cell: (event) => <span className="break-words">{event.api_key_id ? keyName(event.api_key_id, keys) : '–'}</span>,
        },
        { header: m.usage_status(), cell: (event) => <Status event={event} /> },
        { header: m.usage_tokens(), align: 'end', cell: (event) => formatNumber(event.tokens_used ?? 0) },
        { header: m.usage_cost(), align: 'end', cell: (event) => (event.cost_usd === null ? '–' : <Amount value={event.cost_usd} />) },
        {
          header: m.usage_duration(),
          align: 'end',
          cell: (event) => (event.response_time_ms === null ? '–' : `${formatNumber(event.response_time_ms)} ms`),
        },
      ]}
    />
  );
}

function When({ time, timeZone }: { time: string; timeZone: string }) {
  return (
    <time dateTime={time} title={formatUtc(time)}>
      {formatTime(time, false, timeZone)}
    </time>
  );
}

function Endpoint({ event }: { event: Event }) {
  return (
    <span className="flex min-w-24 flex-col">
      <span className="wrap-anywhere">{event.endpoint === 'adjustment' && !event.api_key_id ? m.usage_adjustment() : event.endpoint}</span>
      {event.provider && <span className="text-xs wrap-anywhere text-muted">{event.provider}</span>}
    </span>
  );
}

function Status({ event }: { event: Event }) {
  const isError = event.status_code === null ? event.error_message !== null : event.status_code >= 400;
  return (
    <span className="flex flex-col items-start gap-0.5">
      {event.status_code !== null && <Badge tone={isError ? 'danger' : 'neutral'}>{event.status_code}</Badge>}
      {event.error_message && <span className="text-xs break-words text-danger-ink">{event.error_message}</span>}
      {event.status_code === null && !event.error_message && '–'}
    </span>
  );
}
