import { PageHeading } from '@/ui/PageHeading';

export function UserPage() {
  return <PageHeading title="UserPage" />;
}
