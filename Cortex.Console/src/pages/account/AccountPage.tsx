import { PageHeading } from '@/ui/PageHeading';

export function AccountPage() {
  return <PageHeading title="AccountPage" />;
}
