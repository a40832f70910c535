import { PageHeading } from '@/ui/PageHeading';

export function KeysPage() {
  return <PageHeading title="KeysPage" />;
}
