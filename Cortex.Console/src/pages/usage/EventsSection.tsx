import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, type Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Card } from '@/ui/Card';
import { CodeBlock } from '@/ui/CodeBlock';
import { DownloadButton } from '@/ui/DownloadButton';
import { EmptyState } from '@/ui/EmptyState';
import { Loaded } from '@/ui/Loaded';
import { Pager } from '@/ui/Pager';
import { usageRange } from '@/ui/usage/range';
import { EventFilters } from './EventFilters';
import { EventsTable } from './EventsTable';
import type { UsagePageSearch } from './route';

interface EventsSectionProps {
  search: UsagePageSearch;
  keys: Schema<'ApiKeyResponse'>[] | undefined;
  onSearch: (change: Partial<UsagePageSearch>) => void;
}

const pageSize = 25;

/** The single requests of the period, newest first. */
export function EventsSection({ search, keys, onSearch }: EventsSectionProps) {
  const { from, to, tz } = usageRange(search);
  const { api_key, endpoint, provider, status, cursor } = search;
  const filters = { from, to, api_key, endpoint, provider, status };
  const asked = { ...filters, cursor, limit: pageSize };
  const events = useQuery({
    queryKey: ['get', '/api/v1/usage/events', asked],
    queryFn: async ({ signal }) => {
      const { data } = await api.GET('/api/v1/usage/events', { params: { query: asked }, signal });
      return data as Schema<'UsageEventPageResponse'>; // The route's other types, CSV and NDJSON, aren't asked for here.
    },
    placeholderData: keepPreviousData,
  });
  return (
    <Card
      title={m.usage_events()}
      actions={
        <DownloadButton
          label={m.usage_download_events()}
          url={urlOf(filters)}
          accept="text/csv"
          fileName={`requests-${from?.slice(0, 10) ?? 'all'}.csv`}
        />
      }
    >
      <EventFilters key={JSON.stringify(filters)} search={search} keys={keys} onSearch={onSearch} />
      <Loaded query={events} lines={10}>
        {(page) => (
          <>
            {page.items.length > 0 ? (
              <EventsTable events={page.items} keys={keys} timeZone={tz} isLoading={events.isPlaceholderData} />
            ) : page.next_cursor ? (
              <EmptyState title={m.usage_no_events_yet()} />
            ) : (
              <EmptyState title={m.usage_no_events()}>
                {keys?.every((key) => key.last_used_at === null) && (
                  <>
                    <p className="text-sm">{m.usage_events_start()}</p>
                    <CodeBlock code={`curl -H "X-API-Key: $KEY" ${location.origin}/api/v1/auth/me`} label={m.usage_curl()} />
                  </>
                )}
              </EmptyState>
            )}
            <Pager
              isLater={cursor !== undefined}
              onFirst={() => onSearch({ cursor: undefined })}
              onNext={page.next_cursor ? () => onSearch({ cursor: page.next_cursor ?? undefined }) : undefined}
            />
          </>
        )}
      </Loaded>
    </Card>
  );
}

function urlOf(filters: Record<string, string | undefined>) {
  const values = Object.entries(filters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `/api/v1/usage/events?${new URLSearchParams(values)}`;
}
