import { PageHeading } from '@/ui/PageHeading';

export function UsersPage() {
  return <PageHeading title="UsersPage" />;
}
