import { api } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Dialog } from '@/ui/Dialog';
import { Field } from '@/ui/Field';
import { SubmitActions } from '@/ui/SubmitActions';
import { SubmitForm } from '@/ui/SubmitForm';
import { UsernameField } from '@/ui/UsernameField';

interface ChangeEmailDialogProps {
  email: string;
  isOpen: boolean;
  onClose: () => void;
  /** Called with the new address, once the server has accepted it. */
  onSent: (email: string) => void;
}

export function ChangeEmailDialog({ email, isOpen, onClose, onSent }: ChangeEmailDialogProps) {
  async function submit(fields: FormData) {
    const newEmail = String(fields.get('new_email'));
    await api.POST('/api/v1/auth/change-email', { body: { new_email: newEmail, password: String(fields.get('password')) } });
    onSent(newEmail);
  }

  return (
    <Dialog title={m.account_change_email()} isOpen={isOpen} onClose={onClose}>
      <SubmitForm onSubmit={submit}>
        {(isPending) => (
          <>
            <p className="text-sm">{m.account_change_text()}</p>
            <Field label={m.account_new_email()} name="new_email" type="email" autoComplete="email" isRequired autoFocus />
            <UsernameField email={email} />
            <Field label={m.common_password()} name="password" type="password" autoComplete="current-password" isRequired />
            <SubmitActions submit={m.account_send_link()} isPending={isPending} onCancel={onClose} />
          </>
        )}
      </SubmitForm>
    </Dialog>
  );
}
