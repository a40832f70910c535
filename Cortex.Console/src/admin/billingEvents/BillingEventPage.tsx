import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { query } from '@/api/client';
import { m } from '@/paraglide/messages';
import { useUser } from '@/session/useSession';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Loaded } from '@/ui/Loaded';
import { PageHeading } from '@/ui/PageHeading';
import { TextLink } from '@/ui/TextLink';
import { AssignDialog } from './AssignDialog';
import { EventFacts } from './EventFacts';
import { Payload } from './Payload';
import { ReplayDialog } from './ReplayDialog';

const route = getRouteApi('/app/staff/admin/billing-events/$id');

/** One billing event, with what Polar sent. */
export function BillingEventPage() {
  const { id } = route.useParams();
  const { isAdmin } = useUser();
  const [dialog, setDialog] = useState<'replay' | 'assign'>();
  const event = query.useQuery(
    'get',
    '/api/v1/admin/billing-events/{id}',
    { params: { path: { id } } },
    { refetchInterval: ({ state }) => (state.data?.state === 'waiting' ? 2000 : false) },
  );
  const close = () => setDialog(undefined);
  return (
    <>
      <p className="text-sm">
        <TextLink to="/admin/billing-events">{m.billing_events_back()}</TextLink>
      </p>
      <PageHeading title={event.data?.event_type ?? m.billing_events_event()} documentTitle={m.billing_events_event()}>
        {isAdmin && event.data && (
          <>
            {event.data.state === 'unmatched' && (
              <Button look="primary" onPress={() => setDialog('assign')}>
                {m.billing_events_assign()}
              </Button>
            )}
            <Button onPress={() => setDialog('replay')}>{m.billing_events_replay()}</Button>
          </>
        )}
      </PageHeading>
      <Loaded query={event} lines={10}>
        {(data) => (
          <>
            <Card title={m.billing_events_facts()}>
              <EventFacts event={data} />
            </Card>
            <Card title={m.billing_events_payload()}>
              <Payload payload={data.payload} />
            </Card>
          </>
        )}
      </Loaded>
      <AssignDialog eventId={id} isOpen={dialog === 'assign'} onClose={close} />
      <ReplayDialog eventId={id} isOpen={dialog === 'replay'} onClose={close} />
    </>
  );
}
