import { PageHeading } from '@/ui/PageHeading';

export function OverviewPage() {
  return <PageHeading title="OverviewPage" />;
}
