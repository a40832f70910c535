import { useBlocker } from '@tanstack/react-router';
import { m } from '@/paraglide/messages';
import { ConfirmDialog } from '@/ui/ConfirmDialog';

/** Asks before the page is left while an import isn't over: by a link, by the back button, or by closing the tab. */
export function LeaveGuard({ isActive, onLeave }: { isActive: boolean; onLeave: () => void }) {
  const blocker = useBlocker({ shouldBlockFn: () => isActive, enableBeforeUnload: isActive, withResolver: true });
  async function leave() {
    onLeave();
    blocker.proceed?.();
  }

  return (
    <ConfirmDialog
      title={m.import_leave()}
      action={m.import_leave_action()}
      isOpen={blocker.status === 'blocked'}
      onClose={() => blocker.reset?.()}
      onConfirm={leave}
    >
      <p>{m.import_leave_text()}</p>
    </ConfirmDialog>
  );
}
