import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { query } from '@/api/client';
import { m } from '@/paraglide/messages';
import { EmptyState } from '@/ui/EmptyState';
import { Loaded } from '@/ui/Loaded';
import { PageHeading } from '@/ui/PageHeading';
import { Pager } from '@/ui/Pager';
import { SelectField } from '@/ui/SelectField';
import { FilterForm } from '../filters/FilterForm';
import { resolveUser } from '../filters/resolveUser';
import { UserField } from '../filters/UserField';
import { BillingEventTable } from './BillingEventTable';
import { BillingHealth } from './BillingHealth';
import { type EventState, eventStates, isEventState } from './eventStates';
import type { BillingEventsSearch } from './route';

const route = getRouteApi('/app/staff/admin/billing-events');

/** Whether billing works, and the events that Polar has sent, newest first. */
export function BillingEventsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { cursor, ...filters } = search;
  const state = isEventState(search.state) ? search.state : undefined;
  const events = query.useQuery(
    'get',
    '/api/v1/admin/billing-events',
    { params: { query: { ...search, state } } },
    { placeholderData: keepPreviousData },
  );
  const go = (next: BillingEventsSearch) => navigate({ search: next });
  const isFiltered = search.user !== undefined || search.state !== undefined;

  async function apply(fields: FormData) {
    go({ ...filters, user: await resolveUser(fields.get('user'), 'user') });
  }

  return (
    <>
      <PageHeading title={m.billing_events_title()} />
      <BillingHealth />
      <FilterForm filters={filters} listError={events.error} onApply={apply} onClear={() => go({})}>
        <SelectField
          label={m.billing_events_state()}
          value={state ?? ''}
          onChange={(next) => go({ ...filters, state: next || undefined })}
          options={[
            { value: '', label: m.billing_events_any_state() },
            ...Object.entries(eventStates).map(([value, { label }]) => ({ value: value as EventState, label: label() })),
          ]}
        />
        <UserField label={m.billing_events_user()} name="user" userId={search.user} />
      </FilterForm>
      <Loaded query={events} lines={8}>
        {(page) => (
          <>
            {page.items.length > 0 ? (
              <BillingEventTable events={page.items} isLoading={events.isPlaceholderData} />
            ) : (
              <EmptyState title={isFiltered || cursor ? m.billing_events_empty_filtered() : m.billing_events_empty()}>
                {!isFiltered && !cursor && <p className="text-sm text-muted">{m.billing_events_empty_text()}</p>}
              </EmptyState>
            )}
            <Pager
              isLater={cursor !== undefined}
              onFirst={() => go(filters)}
              onNext={page.next_cursor ? () => go({ ...filters, cursor: page.next_cursor ?? undefined }) : undefined}
            />
          </>
        )}
      </Loaded>
    </>
  );
}
