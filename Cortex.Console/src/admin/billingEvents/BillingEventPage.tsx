import { PageHeading } from '@/ui/PageHeading';

export function BillingEventPage() {
  return <PageHeading title="BillingEventPage" />;
}
