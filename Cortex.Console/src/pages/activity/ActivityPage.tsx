import { PageHeading } from '@/ui/PageHeading';

export function ActivityPage() {
  return <PageHeading title="ActivityPage" />;
}
