import { query } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Badge } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { firstData } from '@/ui/firstData';
import { Loaded } from '@/ui/Loaded';
import { PageHeading } from '@/ui/PageHeading';
import { TextLink } from '@/ui/TextLink';
import { QuotaSummary } from '@/ui/usage/QuotaSummary';
import { usePainted } from '@/ui/usePainted';
import { KeysCard } from './KeysCard';
import { RecentUsage } from './RecentUsage';
import { SecurityChecklist } from './SecurityChecklist';

export const load = () => firstData(query.queryOptions('get', '/api/v1/auth/me'));

/** The page appears with the user; everything else is loaded into places that are kept for it. */
export function OverviewPage() {
  const isPainted = usePainted();
  const user = query.useQuery('get', '/api/v1/auth/me');
  return (
    <>
      <PageHeading title={m.overview_title()} />
      <Loaded query={user} lines={8}>
        {(data) => (
          <>
            <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <span className="wrap-anywhere">{m.overview_greeting({ email: data.email })}</span>
              <Badge>{m.usage_tier_name({ tier: data.subscription_tier })}</Badge>
              <TextLink to="/billing">{m.overview_billing()}</TextLink>
            </p>
            <div className="grid items-start gap-5 lg:grid-cols-2">
              <SecurityChecklist user={data} />
              <KeysCard />
            </div>
            {isPainted && (
              <div className="grid items-start gap-5 lg:grid-cols-2">
                <RecentUsage />
                <QuotaCard />
              </div>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

function QuotaCard() {
  const quota = query.useQuery('get', '/api/v1/usage/quota');
  return (
    <Card title={m.usage_quota()}>
      <Loaded query={quota} lines={8}>
        {(data) => <QuotaSummary quota={data} />}
      </Loaded>
    </Card>
  );
}
