import { PageHeading } from '@/ui/PageHeading';

export function AllUsagePage() {
  return <PageHeading title="AllUsagePage" />;
}
