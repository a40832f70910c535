import { PageHeading } from '@/ui/PageHeading';

export function BillingEventsPage() {
  return <PageHeading title="BillingEventsPage" />;
}
