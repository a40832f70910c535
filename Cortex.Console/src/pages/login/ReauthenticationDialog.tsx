import { Suspense, useEffect, useState } from 'react';
import { m } from '@/paraglide/messages';
import { providePrompt } from '@/session/reauthentication';
import { Dialog } from '@/ui/Dialog';
import { lazyComponent } from '@/ui/lazyComponent';
import { Skeleton } from '@/ui/Skeleton';

const ReauthenticationForm = lazyComponent(() => import('./ReauthenticationForm'), 'ReauthenticationForm');

/** Asks the user to prove who they are, when a request requires fresh authentication. It may open on top of another dialog. */
export function ReauthenticationDialog() {
  const [settle, setSettle] = useState<(isProved: boolean) => void>();

  // The form is rarely needed, but it has to be there when it is, even if the server is replaced meanwhile.
  useEffect(() => {
    ReauthenticationForm.preload?.();
  }, []);

  useEffect(() => {
    let waiting: ((isProved: boolean) => void) | undefined;
    const withdraw = providePrompt(
      () =>
        new Promise((resolve) => {
          waiting = resolve;
          setSettle(() => resolve);
        }),
    );
    return () => {
      withdraw();
      // A logout takes the dialog off the page. The request that waits for it fails as it would have without it.
      waiting?.(false);
    };
  }, []);

  function close(isProved: boolean) {
    settle?.(isProved);
    setSettle(undefined);
  }

  return (
    <Dialog title={m.login_proof_title()} isOpen={settle !== undefined} onClose={() => close(false)}>
      <Suspense fallback={<Skeleton />}>
        <ReauthenticationForm onProved={() => close(true)} onCancel={() => close(false)} />
      </Suspense>
    </Dialog>
  );
}
