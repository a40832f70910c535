import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { m } from '@/paraglide/messages';
import { Card } from '../Card';
import { DownloadButton } from '../DownloadButton';
import { Loaded } from '../Loaded';
import { ReportContent } from './ReportContent';
import type { Group } from './series';
import { UsageFilters } from './UsageFilters';
import type { Grouping, UsageSearch } from './usageSearch';
import { reportOptions, reportQuery, reportUrl, type UsageSource } from './usageSource';

interface UsageReportProps {
  source: UsageSource;
  /** What is shown. It is in the address (`readUsageSearch`), so that the back button works. */
  search: UsageSearch;
  onSearch: (change: Partial<UsageSearch>) => void;
  /** Shows a group as something else than its name, such as a link. */
  groupCell?: (group: Group, grouping: Grouping, text: string) => ReactNode;
}

/** Usage by time and group: a chart, the numbers, and a download. */
export function UsageReport({ source, search, onSearch, groupCell }: UsageReportProps) {
  const asked = reportQuery(source, search);
  const report = useQuery({ ...reportOptions(source, asked), placeholderData: keepPreviousData });
  return (
    <Card
      title={m.usage_report()}
      actions={
        <DownloadButton
          label={m.usage_download_report()}
          url={reportUrl(source, asked)}
          accept="text/csv"
          fileName={`usage-${asked.from?.slice(0, 10) ?? 'report'}.csv`}
        />
      }
    >
      <UsageFilters source={source} search={search} onSearch={onSearch} />
      <Loaded query={report} lines={14}>
        {(data) => (
          <ReportContent
            report={data}
            metric={search.metric ?? 'requests'}
            onMetric={(metric) => onSearch({ metric: metric === 'requests' ? undefined : metric })}
            isLoading={report.isPlaceholderData}
            groupCell={groupCell}
          />
        )}
      </Loaded>
    </Card>
  );
}
