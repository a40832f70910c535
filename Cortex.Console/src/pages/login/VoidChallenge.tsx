import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import { PageHeading } from '@/ui/PageHeading';

/** The second step came too late, or after too many wrong codes. */
export function VoidChallenge({ onStartAgain }: { onStartAgain: () => void }) {
  return (
    <>
      <PageHeading title={m.login_second_title()} />
      <Notice tone="warning" isStatus>
        {m.login_second_void()}
      </Notice>
      <Button look="primary" isWide autoFocus onPress={onStartAgain}>
        {m.login_start_again()}
      </Button>
    </>
  );
}
