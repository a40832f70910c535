import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { query } from '@/api/client';
import { m } from '@/paraglide/messages';
import { EmptyState } from '@/ui/EmptyState';
import { Loaded } from '@/ui/Loaded';
import { PageHeading } from '@/ui/PageHeading';
import { Pager } from '@/ui/Pager';
import { AuditFilters } from './AuditFilters';
import { AuditTable } from './AuditTable';
import { isAction } from './actions';
import type { AuditSearch } from './route';

const route = getRouteApi('/app/staff/admin/audit');

/** The events of all accounts, newest first. */
export function AuditPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { action, ...others } = search;
  const events = query.useQuery(
    'get',
    '/api/v1/admin/audit-events',
    { params: { query: { ...others, action: isAction(action) ? action : undefined } } },
    { placeholderData: keepPreviousData },
  );
  const go = (next: AuditSearch) => navigate({ search: next });
  const isFiltered = Object.entries(search).some(([name, value]) => name !== 'cursor' && value !== undefined);
  return (
    <>
      <PageHeading title={m.audit_title()} />
      <AuditFilters search={search} listError={events.error} onChange={go} />
      <Loaded query={events} lines={12}>
        {(page) => (
          <>
            {page.items.length > 0 ? (
              <AuditTable events={page.items} isLoading={events.isPlaceholderData} />
            ) : (
              <EmptyState title={isFiltered || search.cursor ? m.audit_empty_filtered() : m.audit_empty()} />
            )}
            <Pager
              isLater={search.cursor !== undefined}
              onFirst={() => go({ ...search, cursor: undefined })}
              onNext={page.next_cursor ? () => go({ ...search, cursor: page.next_cursor ?? undefined }) : undefined}
            />
          </>
        )}
      </Loaded>
    </>
  );
}
