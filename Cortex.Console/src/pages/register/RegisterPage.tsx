import { PageHeading } from '@/ui/PageHeading';

export function RegisterPage() {
  return <PageHeading title="RegisterPage" />;
}
