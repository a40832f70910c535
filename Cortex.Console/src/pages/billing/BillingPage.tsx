import { PageHeading } from '@/ui/PageHeading';

export function BillingPage() {
  return <PageHeading title="BillingPage" />;
}
