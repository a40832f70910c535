import { api } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Dialog } from '@/ui/Dialog';
import { Field } from '@/ui/Field';
import { SubmitActions } from '@/ui/SubmitActions';
import { SubmitForm } from '@/ui/SubmitForm';
import { UsernameField } from '@/ui/UsernameField';
import { secondFactor } from './secondFactor';

interface DisableTwoFactorDialogProps {
  email: string;
  isOpen: boolean;
  onClose: () => void;
  onDisabled: () => void;
}

export function DisableTwoFactorDialog({ email, isOpen, onClose, onDisabled }: DisableTwoFactorDialogProps) {
  async function submit(fields: FormData) {
    await api.POST('/api/v1/auth/2fa/disable', { body: { password: String(fields.get('password')), ...secondFactor(fields.get('code')) } });
    onDisabled();
  }

  return (
    <Dialog title={m.security_disable_title()} isOpen={isOpen} onClose={onClose}>
      <SubmitForm onSubmit={submit}>
        {(isPending) => (
          <>
            <p className="text-sm">{m.security_disable_text()}</p>
            <UsernameField email={email} />
            <Field label={m.common_password()} name="password" type="password" autoComplete="current-password" isRequired autoFocus />
            <Field label={m.security_code_or_recovery()} name="code" autoComplete="one-time-code" isRequired />
            <SubmitActions submit={m.security_disable()} look="danger" isPending={isPending} onCancel={onClose} />
          </>
        )}
      </SubmitForm>
    </Dialog>
  );
}
