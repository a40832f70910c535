import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { query } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Card } from '@/ui/Card';
import { Loaded } from '@/ui/Loaded';
import { PageHeading } from '@/ui/PageHeading';
import { SelectField } from '@/ui/SelectField';
import { AccountFigures } from './AccountFigures';
import { DayCharts } from './DayCharts';
import { dayChoices } from './route';
import { TierBars } from './TierBars';

const route = getRouteApi('/app/staff/admin');

/** How many accounts there are, and what happened on the last days. */
export function StatisticsPage() {
  const { days = dayChoices[0] } = route.useSearch();
  const navigate = route.useNavigate();
  const statistics = query.useQuery('get', '/api/v1/admin/stats', { params: { query: { days } } }, { placeholderData: keepPreviousData });
  return (
    <>
      <PageHeading title={m.statistics_title()} />
      <Card title={m.statistics_accounts()}>
        <Loaded query={statistics} lines={5}>
          {(data) => (
            <>
              <AccountFigures statistics={data} />
              <TierBars tiers={data.by_tier} />
            </>
          )}
        </Loaded>
      </Card>
      <Card
        title={m.statistics_days()}
        actions={
          <SelectField
            label={m.statistics_period()}
            isLabelHidden
            value={String(days)}
            onChange={(value) => navigate({ search: { days: Number(value) }, resetScroll: false })}
            options={[...dayChoices].sort((a, b) => a - b).map((choice) => ({ value: String(choice), label: lastDays(choice) }))}
          />
        }
      >
        {statistics.data && <DayCharts days={statistics.data.days} isLoading={statistics.isPlaceholderData} />}
      </Card>
    </>
  );
}

function lastDays(days: number) {
  return m.statistics_last_days({ days });
}
