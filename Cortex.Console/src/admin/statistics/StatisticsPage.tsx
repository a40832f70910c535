import { PageHeading } from '@/ui/PageHeading';

export function StatisticsPage() {
  return <PageHeading title="StatisticsPage" />;
}
