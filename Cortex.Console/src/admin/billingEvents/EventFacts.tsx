import type { ReactNode } from 'react';
import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { formatNumber } from '@/ui/format';
import { Time } from '@/ui/Time';
import { UserLink } from '../filters/UserLink';
import { eventStates, isEventState } from './eventStates';
import { StateBadge } from './StateBadge';

export function EventFacts({ event }: { event: Schema<'BillingEventDetails'> }) {
  const state = event.state ?? '';
  return (
    <dl className="grid gap-x-6 gap-y-3 text-sm sm:grid-cols-2 lg:grid-cols-3">
      <Item name={m.billing_events_state()}>
        {/* A replay changes the state while the page is open. */}
        <span role="status" className="flex flex-col items-start gap-1">
          <StateBadge state={state} />
          {isEventState(state) && <span className="text-muted">{eventStates[state].meaning()}</span>}
        </span>
      </Item>
      <Item name={m.billing_events_user()}>
        {event.user_id ? <UserLink id={event.user_id} email={event.user_email ?? null} /> : m.billing_events_no_user()}
      </Item>
      <Item name={m.billing_events_arrived()}>
        {event.created_at ? <Time value={event.created_at} /> : m.billing_events_unknown_time()}
      </Item>
      <Item name={m.billing_events_attempts()}>{formatNumber(event.attempts ?? 0)}</Item>
      {event.next_attempt_at && (
        <Item name={m.billing_events_next_attempt()}>
          <Time value={event.next_attempt_at} />
        </Item>
      )}
      {event.error && (
        <Item name={m.billing_events_error()}>
          <span className="text-danger-ink">{event.error}</span>
        </Item>
      )}
      <Item name={m.billing_events_id()}>{event.id}</Item>
      <Item name={m.billing_events_polar_id()}>{event.polar_event_id}</Item>
    </dl>
  );
}

function Item({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-muted">{name}</dt>
      <dd className="break-words">{children}</dd>
    </div>
  );
}
