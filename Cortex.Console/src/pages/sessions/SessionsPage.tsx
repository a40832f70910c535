import { PageHeading } from '@/ui/PageHeading';

export function SessionsPage() {
  return <PageHeading title="SessionsPage" />;
}
