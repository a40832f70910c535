import { m } from '@/paraglide/messages';
import { PageHeading } from '@/ui/PageHeading';
import { TextLink } from '@/ui/TextLink';

export function NotFoundPage() {
  return (
    <main className="mx-auto flex max-w-md flex-col gap-4 p-6">
      <PageHeading title={m.common_not_found()} />
      <p>{m.common_not_found_text()}</p>
      <TextLink to="/">{m.common_to_overview()}</TextLink>
    </main>
  );
}
