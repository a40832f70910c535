import { PageHeading } from '@/ui/PageHeading';

export function UsagePage() {
  return <PageHeading title="UsagePage" />;
}
