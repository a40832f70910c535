import { PageHeading } from '@/ui/PageHeading';

export function SecurityPage() {
  return <PageHeading title="SecurityPage" />;
}
