import { api, type Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Dialog } from '@/ui/Dialog';
import { Field } from '@/ui/Field';
import { SubmitActions } from '@/ui/SubmitActions';
import { SubmitForm } from '@/ui/SubmitForm';

interface RenamePasskeyDialogProps {
  /** The passkey to rename; the dialog is closed without one. */
  passkey: Schema<'PasskeyResponse'> | undefined;
  onClose: () => void;
  onRenamed: () => Promise<void>;
}

export function RenamePasskeyDialog({ passkey, onClose, onRenamed }: RenamePasskeyDialogProps) {
  async function submit(fields: FormData) {
    if (passkey) {
      await api.PATCH('/api/v1/auth/passkeys/{id}', {
        params: { path: { id: passkey.id } },
        body: { name: String(fields.get('name')) },
      });
      onClose();
      await onRenamed();
    }
  }

  return (
    <Dialog title={m.security_rename_title()} isOpen={passkey !== undefined} onClose={onClose}>
      <SubmitForm onSubmit={submit}>
        {(isPending) => (
          <>
            <Field label={m.security_passkey_name()} name="name" defaultValue={passkey?.name} isRequired autoFocus autoComplete="off" />
            <SubmitActions submit={m.common_save()} isPending={isPending} onCancel={onClose} />
          </>
        )}
      </SubmitForm>
    </Dialog>
  );
}
