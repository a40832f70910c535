import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { query, type Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { EmptyState } from '@/ui/EmptyState';
import { Loaded } from '@/ui/Loaded';
import { Notice } from '@/ui/Notice';
import { PageHeading } from '@/ui/PageHeading';
import { Pager } from '@/ui/Pager';
import { failureText } from '../billingEvents/failures';
import { ReconciliationFilters } from './ReconciliationFilters';
import { ReconciliationTable } from './ReconciliationTable';
import { RefusedUsage } from './RefusedUsage';
import type { ReconciliationSearch } from './route';

const route = getRouteApi('/app/staff/admin/reconciliation');

/** Whether Polar has all the usage of a month, user by user. */
export function ReconciliationPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { cursor, refused, ...filters } = search;
  const months = query.useQuery(
    'get',
    '/api/v1/admin/billing/reconciliation',
    { params: { query: { ...filters, cursor } } },
    { placeholderData: keepPreviousData },
  );
  const go = (next: ReconciliationSearch) => navigate({ search: next });
  return (
    <>
      <PageHeading title={m.reconciliation_title()} />
      <p className="text-sm text-muted">{m.reconciliation_intro()}</p>
      <ReconciliationFilters filters={filters} month={months.data?.month} listError={months.error} onChange={go} />
      <Loaded query={months} lines={8}>
        {(page) => (
          <>
            {!page.complete && <Notice tone="warning">{m.reconciliation_incomplete()}</Notice>}
            {page.polar && (
              <Notice tone="warning">
                <p>{m.reconciliation_polar_failed()}</p>
                <p>{failureText(page.polar)}</p>
              </Notice>
            )}
            {page.items.length > 0 ? (
              <ReconciliationTable months={page.items} isLoading={months.isPlaceholderData} />
            ) : (
              <EmptyState title={emptyTitle(page, filters)} />
            )}
            <Pager
              isLater={cursor !== undefined}
              onFirst={() => go({ ...filters, refused })}
              onNext={page.next_cursor ? () => go({ ...filters, refused, cursor: page.next_cursor ?? undefined }) : undefined}
            />
          </>
        )}
      </Loaded>
      <RefusedUsage user={filters.user} cursor={refused} onCursor={(next) => go({ ...filters, cursor, refused: next })} />
    </>
  );
}

/** With the filter by differences, a page can be empty without being the last one. */
function emptyTitle(page: Schema<'ReconciliationPage'>, filters: ReconciliationSearch) {
  if (page.next_cursor) {
    return m.reconciliation_empty_page();
  }

  return filters.drift !== undefined || filters.user ? m.reconciliation_empty_filtered() : m.reconciliation_empty();
}
