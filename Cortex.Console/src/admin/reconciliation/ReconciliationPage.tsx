import { PageHeading } from '@/ui/PageHeading';

export function ReconciliationPage() {
  return <PageHeading title="ReconciliationPage" />;
}
