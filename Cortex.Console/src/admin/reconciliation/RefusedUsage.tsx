import { keepPreviousData } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api, query } from '@/api/client';
import { m } from '@/paraglide/messages';
import { queryClient } from '@/queryClient';
import { Card } from '@/ui/Card';
import { ErrorPanel } from '@/ui/ErrorPanel';
import { Loaded } from '@/ui/Loaded';
import { Notice } from '@/ui/Notice';
import { Pager } from '@/ui/Pager';
import { type RefusedEvent, RefusedUsageTable } from './RefusedUsageTable';

interface RefusedUsageProps {
  /** Only the events of this user. */
  user?: string;
  cursor?: string;
  onCursor: (cursor: string | undefined) => void;
}

/** The usage of all months that Polar has refused, which administrators can send again after the cause was corrected. */
export function RefusedUsage({ user, cursor, onCursor }: RefusedUsageProps) {
  const events = query.useQuery(
    'get',
    '/api/v1/admin/billing/usage-events',
    { params: { query: { state: 'refused', user, cursor, limit: 20 } } },
    { placeholderData: keepPreviousData },
  );
  const [error, setError] = useState<unknown>();
  const [done, setDone] = useState(0);
  const status = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (done > 0) {
      status.current?.focus(); // The button that had the focus goes with its row.
    }
  }, [done]);

  async function retry({ external_id }: RefusedEvent) {
    setError(undefined);
    try {
      await api.POST('/api/v1/admin/billing/usage-events/{external_id}/retry', { params: { path: { external_id } } });
      setDone(done + 1);
    } catch (thrown) {
      setError(thrown);
    }

    await Promise.all(
      ['/api/v1/admin/billing/usage-events', '/api/v1/admin/billing/reconciliation'].map((path) =>
        queryClient.invalidateQueries({ queryKey: ['get', path] }),
      ),
    );
  }

  return (
    <Card title={m.reconciliation_refused()}>
      {done > 0 && error == null && (
        <div ref={status} tabIndex={-1}>
          <Notice tone="success">
            <p>{m.reconciliation_retry_done()}</p>
          </Notice>
        </div>
      )}
      {error != null && <ErrorPanel error={error} />}
      <Loaded query={events} lines={4}>
        {({ items, next_cursor }) => (
          <>
            {items.length > 0 ? (
              <>
                <p className="text-sm text-muted">{m.reconciliation_refused_text()}</p>
                <RefusedUsageTable events={items} isLoading={events.isPlaceholderData} onRetry={retry} />
              </>
            ) : (
              <p className="text-sm text-muted">{user ? m.reconciliation_refused_none_of_user() : m.reconciliation_refused_none()}</p>
            )}
            <Pager
              isLater={cursor !== undefined}
              onFirst={() => onCursor(undefined)}
              onNext={next_cursor ? () => onCursor(next_cursor) : undefined}
            />
          </>
        )}
      </Loaded>
    </Card>
  );
}
