import { m } from '@/paraglide/messages';
import { SelectField } from '../SelectField';
import { CustomPeriod } from './CustomPeriod';
import { isCustom, usageRange } from './range';
import { type Granularity, type Grouping, granularities, type Period, periods, type UsageSearch } from './usageSearch';
import { groupingsOf, type UsageSource } from './usageSource';
import { granularityText, groupingText, periodText } from './usageText';
import { ZoneField } from './ZoneField';
import { dateIn } from './zone';

interface UsageFiltersProps {
  source: UsageSource;
  search: UsageSearch;
  onSearch: (change: Partial<UsageSearch>) => void;
}

/** Period, interval, grouping, and time zone of a report. */
export function UsageFilters({ source, search, onSearch }: UsageFiltersProps) {
  const range = usageRange(search);
  const groupings = groupingsOf(source, search);

  function choosePeriod(period: string) {
    if (period === 'custom') {
      const today = dateIn(range.tz, Date.now());
      onSearch({
        period: undefined,
        from: range.from ? dateIn(range.tz, Date.parse(range.from)) : today,
        to: today,
        granularity: undefined,
      });
    } else {
      onSearch({ period: period === '30d' ? undefined : (period as Period), from: undefined, to: undefined, granularity: undefined });
    }
  }

  return (
    <div className="flex flex-col gap-3">
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
        <SelectField
          label={m.usage_period()}
          value={isCustom(search) ? 'custom' : (search.period ?? '30d')}
          onChange={choosePeriod}
          options={[
            ...periods.map((period) => ({ value: period, label: periodText[period]() })),
            { value: 'custom', label: m.usage_period_custom() },
          ]}
        />
        <SelectField
          label={m.usage_interval()}
          value={range.granularity}
          onChange={(value) => onSearch({ granularity: value as Granularity })}
          options={granularities.map((granularity) => ({ value: granularity, label: granularityText[granularity]() }))}
        />
        <SelectField
          label={m.usage_group_by()}
          value={groupings.find((grouping) => grouping === search.group_by) ?? ''}
          onChange={(value) => onSearch({ group_by: (value || undefined) as Grouping | undefined })}
          options={[
            { value: '', label: m.usage_group_by_nothing() },
            ...groupings.map((grouping) => ({ value: grouping, label: groupingText[grouping]() })),
          ]}
        />
        <ZoneField value={range.tz} onChange={(tz) => onSearch({ tz })} />
      </div>
      {isCustom(search) && <CustomPeriod key={`${search.from} ${search.to}`} search={search} onSearch={onSearch} />}
    </div>
  );
}
