import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { ApiError } from '@/api/problem';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { ErrorPanel } from '@/ui/ErrorPanel';
import { PageHeading } from '@/ui/PageHeading';
import { ScriptError } from '@/ui/ScriptError';
import { LostScript } from './LostScript';

/** A page that couldn't be shown: the server can't be reached, its scripts are gone after a deployment, or the console has a bug. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  function retry() {
    reset();
    router.invalidate();
  }

  return (
    <main className="mx-auto flex max-w-lg flex-col gap-4 p-6">
      <PageHeading title={m.common_page_failed()} />
      {error instanceof ScriptError ? (
        <LostScript error={error} />
      ) : (
        <ErrorPanel error={error} onRetry={error instanceof ApiError ? retry : undefined} />
      )}
      {!(error instanceof ApiError || error instanceof ScriptError) && (
        <div>
          <Button onPress={() => location.reload()}>{m.common_reload()}</Button>
        </div>
      )}
    </main>
  );
}
