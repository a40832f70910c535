import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { query } from '@/api/client';
import { m } from '@/paraglide/messages';
import { useUser } from '@/session/useSession';
import { Button } from '@/ui/Button';
import { ButtonLink } from '@/ui/ButtonLink';
import { Card } from '@/ui/Card';
import { EmptyState } from '@/ui/EmptyState';
import { Loaded } from '@/ui/Loaded';
import { PageHeading } from '@/ui/PageHeading';
import { Pager } from '@/ui/Pager';
import { CreateUserDialog } from './CreateUserDialog';
import { ExportUsers } from './ExportUsers';
import { UserFiltersForm } from './UserFiltersForm';
import { UsersTable } from './UsersTable';
import { hasFilters, type UserFilters } from './usersSearch';

const route = getRouteApi('/app/staff/admin/users');

export function UsersPage() {
  const { isAdmin } = useUser();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [isCreating, setCreating] = useState(false);
  const page = query.useQuery('get', '/api/v1/admin/users', { params: { query: search } }, { placeholderData: keepPreviousData });
  const { cursor, ...filters } = search;

  // Other filters make another list, which starts at its first page.
  const filter = useCallback(
    (changes: UserFilters, isTyping: boolean) =>
      navigate({ search: (before) => ({ ...before, ...changes, cursor: undefined }), replace: isTyping, resetScroll: false }),
    [navigate],
  );

  return (
    <>
      <PageHeading title={m.users_title()}>
        {isAdmin && <ButtonLink to="/admin/import">{m.users_import()}</ButtonLink>}
        {isAdmin && (
          <Button look="primary" onPress={() => setCreating(true)}>
            {m.users_create()}
          </Button>
        )}
      </PageHeading>
      <Card>
        <UserFiltersForm search={search} onChange={filter} />
        <Loaded query={page} lines={8}>
          {({ items }) =>
            items.length > 0 ? (
              <UsersTable users={items} isLoading={page.isPlaceholderData} />
            ) : (
              <EmptyState title={m.users_none()}>
                {hasFilters(filters) && <Button onPress={() => navigate({ search: {} })}>{m.users_clear_filters()}</Button>}
              </EmptyState>
            )
          }
        </Loaded>
        <div className="flex flex-wrap items-start justify-between gap-3">
          <Pager
            isLater={cursor !== undefined}
            onFirst={() => navigate({ search: filters })}
            onNext={
              page.data?.next_cursor && !page.isPlaceholderData
                ? () => navigate({ search: { ...filters, cursor: page.data?.next_cursor ?? undefined } })
                : undefined
            }
          />
          <ExportUsers filters={filters} />
        </div>
      </Card>
      <CreateUserDialog isOpen={isCreating} onClose={() => setCreating(false)} />
    </>
  );
}
