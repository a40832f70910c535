import { getRouteApi } from '@tanstack/react-router';
import { query } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Badge } from '@/ui/Badge';
import { Below } from '@/ui/Below';
import { Card } from '@/ui/Card';
import { firstData } from '@/ui/firstData';
import { Loaded } from '@/ui/Loaded';
import { PageHeading } from '@/ui/PageHeading';
import { TextLink } from '@/ui/TextLink';
import { QuotaSummary } from '@/ui/usage/QuotaSummary';
import { UsageReport } from '@/ui/usage/UsageReport';
import { readUsageSearch } from '@/ui/usage/usageSearch';
import { ownUsage, reportOptions, reportQuery } from '@/ui/usage/usageSource';
import { usePainted } from '@/ui/usePainted';
import { EventsSection } from './EventsSection';
import { keyName } from './keyName';
import type { UsagePageSearch } from './route';

const route = getRouteApi('/app/usage');

export const load = (search: Record<string, unknown>) =>
  firstData(query.queryOptions('get', '/api/v1/usage/quota'), reportOptions(ownUsage, reportQuery(ownUsage, readUsageSearch(search))));

export function UsagePage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const isPainted = usePainted();
  const quota = query.useQuery('get', '/api/v1/usage/quota');
  const keys = query.useQuery('get', '/api/v1/auth/api-keys');

  /** A change of the filters starts at the first page of the requests. */
  function change(values: Partial<UsagePageSearch>) {
    navigate({ search: (old) => ({ ...old, cursor: undefined, ...values }), resetScroll: false });
  }

  return (
    <>
      <PageHeading title={m.usage_title()} />
      {search.api_key && (
        <p className="flex flex-wrap gap-x-3 text-sm">
          {m.usage_one_key({ name: keyName(search.api_key, keys.data) })}
          <TextLink from="/usage" to="." search={(old) => ({ ...old, api_key: undefined, cursor: undefined })}>
            {m.usage_every_key()}
          </TextLink>
        </p>
      )}
      <Card title={m.usage_quota()} actions={quota.data && <Badge>{m.usage_tier_name({ tier: quota.data.subscription_tier })}</Badge>}>
        <Loaded query={quota} lines={8}>
          {(data) => <QuotaSummary quota={data} />}
        </Loaded>
      </Card>
      <Below queries={[quota]}>
        <UsageReport
          source={ownUsage}
          search={search}
          onSearch={(values) => ('metric' in values ? change({ cursor: search.cursor, ...values }) : change(values))}
          groupCell={(group, grouping, text) =>
            grouping === 'api_key' && group.title !== undefined && group.name ? (
              <TextLink
                from="/usage"
                to="."
                search={(old) => ({ ...old, api_key: group.name ?? undefined, cursor: undefined })}
                resetScroll={false}
              >
                {text}
              </TextLink>
            ) : (
              text
            )
          }
        />
        {isPainted && <EventsSection search={search} keys={keys.data} onSearch={change} />}
      </Below>
    </>
  );
}
