import { PageHeading } from '@/ui/PageHeading';

export function ImportPage() {
  return <PageHeading title="ImportPage" />;
}
