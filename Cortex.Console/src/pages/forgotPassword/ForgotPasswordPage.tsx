import { PageHeading } from '@/ui/PageHeading';

export function ForgotPasswordPage() {
  return <PageHeading title="ForgotPasswordPage" />;
}
