import type { ReactNode } from 'react';
import { Dialog } from './Dialog';
import { SubmitActions } from './SubmitActions';
import { SubmitForm } from './SubmitForm';

interface ConfirmDialogProps {
  title: string;
  /** What will happen, and whether it can be undone. */
  children: ReactNode;
  /** The button's text: what it does, such as “Revoke key”. */
  action: string;
  isOpen: boolean;
  onClose: () => void;
  /** Does it. The dialog closes afterwards, or shows the error and stays open. */
  onConfirm: () => Promise<unknown>;
}

/** Asks before something that is hard to undo. */
export function ConfirmDialog({ title, children, action, isOpen, onClose, onConfirm }: ConfirmDialogProps) {
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose}>
      <SubmitForm
        onSubmit={async () => {
          await onConfirm();
          onClose();
        }}
      >
        {(isPending) => (
          <>
            <div className="flex flex-col gap-2 text-sm">{children}</div>
            <SubmitActions submit={action} look="danger" isPending={isPending} onCancel={onClose} />
          </>
        )}
      </SubmitForm>
    </Dialog>
  );
}
