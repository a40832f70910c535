import { useState } from 'react';
import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { useUser } from '@/session/useSession';
import { Amount } from '@/ui/Amount';
import { Button } from '@/ui/Button';
import { formatNumber, formatTime } from '@/ui/format';
import { type Column, Table } from '@/ui/Table';
import { Time } from '@/ui/Time';
import { UserLink } from '../filters/UserLink';

export type RefusedEvent = Schema<'UnacceptedEventResponse'>;

interface RefusedUsageTableProps {
  events: RefusedEvent[];
  isLoading: boolean;
  onRetry: (event: RefusedEvent) => Promise<void>;
}

/** The events, with the reason and the rest below each. */
export function RefusedUsageTable({ events, isLoading, onRetry }: RefusedUsageTableProps) {
  const { isAdmin } = useUser();
  const columns: Column<RefusedEvent>[] = [
    { header: m.reconciliation_user(), cell: (event) => <UserLink id={event.user_id} email={event.user_email} /> },
    { header: m.reconciliation_refused_hour(), cell: (event) => <Time value={event.hour} /> },
    { header: m.reconciliation_requests(), align: 'end', cell: (event) => formatNumber(event.requests) },
    { header: m.reconciliation_tokens(), align: 'end', cell: (event) => formatNumber(event.tokens_used) },
    { header: m.reconciliation_cost(), align: 'end', cell: (event) => <Amount value={event.cost_usd} /> },
  ];
  return (
    <Table
      label={m.reconciliation_refused()}
      rows={events}
      rowKey={(event) => event.external_id}
      isLoading={isLoading}
      detail={(event) => (
        <div className="flex flex-wrap items-center justify-between gap-2">
          <div className="min-w-0 grow basis-60 text-sm wrap-anywhere" title={event.external_id}>
            <p className="text-danger-ink">{event.error}</p>
            <p className="text-muted">
              {event.refused_at && (
                <>
                  {m.reconciliation_refused_at()} <Time value={event.refused_at} />
                  {'. '}
                </>
              )}
              {event.provider && m.reconciliation_refused_provider({ provider: event.provider })}
            </p>
          </div>
          {isAdmin && <RetryButton event={event} onRetry={onRetry} />}
        </div>
      )}
      columns={columns}
    />
  );
}

function RetryButton({ event, onRetry }: { event: RefusedEvent; onRetry: RefusedUsageTableProps['onRetry'] }) {
  const [isPending, setPending] = useState(false);

  async function retry() {
    setPending(true);
    await onRetry(event);
    setPending(false);
  }

  return (
    <Button
      size="small"
      isPending={isPending}
      aria-label={m.reconciliation_retry_about({ user: event.user_email, hour: formatTime(event.hour) })}
      onPress={retry}
    >
      {m.reconciliation_retry_submit()}
    </Button>
  );
}
