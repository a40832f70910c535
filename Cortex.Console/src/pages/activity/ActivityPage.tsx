import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { query } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Card } from '@/ui/Card';
import { EmptyState } from '@/ui/EmptyState';
import { firstData } from '@/ui/firstData';
import { Loaded } from '@/ui/Loaded';
import { PageHeading } from '@/ui/PageHeading';
import { Pager } from '@/ui/Pager';
import { readText } from '@/ui/readText';
import { EventTable } from './EventTable';

const route = getRouteApi('/app/activity');

const eventsFrom = (cursor?: string) => query.queryOptions('get', '/api/v1/auth/me/events', { params: { query: { cursor, limit: 50 } } });

export const load = (search: Record<string, unknown>) => firstData(eventsFrom(readText(search.cursor)));

export function ActivityPage() {
  const { cursor } = route.useSearch();
  const navigate = useNavigate();
  const events = useQuery({ ...eventsFrom(cursor), placeholderData: keepPreviousData });
  const open = (next?: string) => navigate({ to: '/activity', search: { cursor: next } });
  const next = events.data?.next_cursor;
  return (
    <>
      <PageHeading title={m.activity_title()} />
      <Card>
        <p className="text-sm text-muted">{m.activity_explanation()}</p>
        <Loaded query={events} lines={10}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState title={m.activity_empty()} />
            ) : (
              <EventTable events={items} isLoading={events.isPlaceholderData} />
            )
          }
        </Loaded>
        <Pager isLater={cursor !== undefined} onFirst={() => open()} onNext={next ? () => open(next) : undefined} />
      </Card>
    </>
  );
}
