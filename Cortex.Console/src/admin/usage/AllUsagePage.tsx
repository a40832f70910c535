import { getRouteApi } from '@tanstack/react-router';
import { m } from '@/paraglide/messages';
import { PageHeading } from '@/ui/PageHeading';
import { TextLink } from '@/ui/TextLink';
import { UsageReport } from '@/ui/usage/UsageReport';

const route = getRouteApi('/app/staff/admin/usage');

/** The usage of all users together, by user, tier, endpoint, and so on. */
export function AllUsagePage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHeading title={m.all_usage_title()} />
      {search.group_by === 'user' && <p className="text-sm text-muted">{m.all_usage_largest()}</p>}
      <UsageReport
        source={{ kind: 'all' }}
        search={search}
        onSearch={(change) => navigate({ search: (old) => ({ ...old, ...change }), resetScroll: false })}
        groupCell={(group, grouping, text) =>
          grouping === 'user' && group.name && group.name !== 'other' ? (
            <TextLink to="/admin/users/$id" params={{ id: group.name }} preload={false}>
              {text}
            </TextLink>
          ) : (
            text
          )
        }
      />
    </>
  );
}
