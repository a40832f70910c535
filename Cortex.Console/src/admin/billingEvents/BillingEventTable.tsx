import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { formatNumber } from '@/ui/format';
import { Table } from '@/ui/Table';
import { TextLink } from '@/ui/TextLink';
import { Time } from '@/ui/Time';
import { UserLink } from '../filters/UserLink';
import { StateBadge } from './StateBadge';

interface BillingEventTableProps {
  events: Schema<'BillingEventResponse'>[];
  isLoading: boolean;
}

export function BillingEventTable({ events, isLoading }: BillingEventTableProps) {
  return (
    <Table
      label={m.billing_events_list_label()}
      rows={events}
      rowKey={(event) => event.id}
      isLoading={isLoading}
      detail={(event) => event.error && <p className="text-sm break-words text-danger-ink">{event.error}</p>}
      columns={[
        { header: m.billing_events_arrived(), cell: (event) => (event.created_at ? <Time value={event.created_at} /> : '–') },
        {
          header: m.billing_events_type(),
          cell: (event) => (
            <TextLink to="/admin/billing-events/$id" params={{ id: event.id }} preload={false}>
              <span className="break-all">{event.event_type}</span>
            </TextLink>
          ),
        },
        { header: m.billing_events_state(), cell: (event) => <StateBadge state={event.state} /> },
        {
          header: m.billing_events_user(),
          cell: (event) => (event.user_id ? <UserLink id={event.user_id} email={event.user_email} /> : '–'),
        },
        { header: m.billing_events_attempts(), align: 'end', cell: (event) => formatNumber(event.attempts) },
        {
          header: m.billing_events_next_attempt(),
          cell: (event) => (event.next_attempt_at ? <Time value={event.next_attempt_at} /> : '–'),
        },
      ]}
    />
  );
}
