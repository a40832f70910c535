import { useState } from 'react';
import { api, type Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { endSession } from '@/session/session';
import { Dialog } from '@/ui/Dialog';
import { Field } from '@/ui/Field';
import { SubmitActions } from '@/ui/SubmitActions';
import { SubmitForm } from '@/ui/SubmitForm';
import { UsernameField } from '@/ui/UsernameField';
import { secondFactor } from '../security/secondFactor';

interface DeleteAccountDialogProps {
  user: Schema<'UserResponse'>;
  isOpen: boolean;
  onClose: () => void;
}

export function DeleteAccountDialog({ user, isOpen, onClose }: DeleteAccountDialogProps) {
  return (
    <Dialog title={m.account_delete_confirm_title()} isOpen={isOpen} onClose={onClose}>
      <DeleteAccountForm user={user} onClose={onClose} />
    </Dialog>
  );
}

/** Asks for the password, the second factor, and the account's address, so that nobody deletes an account by a slip. */
function DeleteAccountForm({ user, onClose }: Omit<DeleteAccountDialogProps, 'isOpen'>) {
  const [typed, setTyped] = useState('');
  const isConfirmed = typed.trim().toLowerCase() === user.email.toLowerCase();

  async function submit(fields: FormData) {
    const factor = secondFactor(fields.get('two_factor_code'));
    await api.DELETE('/api/v1/auth/me', {
      body: {
        password: String(fields.get('password')),
        two_factor_code: factor && 'code' in factor ? factor.code : undefined,
        recovery_code: factor && 'recovery_code' in factor ? factor.recovery_code : undefined,
      },
    });
    endSession('logged_out');
  }

  return (
    <SubmitForm onSubmit={submit}>
      {(isPending) => (
        <>
          <ul className="list-disc ps-5 text-sm">
            <li>{m.account_delete_data()}</li>
            <li>{m.account_delete_subscriptions()}</li>
            <li>{m.account_delete_final()}</li>
          </ul>
          <UsernameField email={user.email} />
          <Field label={m.common_password()} name="password" type="password" autoComplete="current-password" isRequired autoFocus />
          {user.two_factor_enabled && (
            <Field label={m.account_delete_code()} name="two_factor_code" autoComplete="one-time-code" isRequired />
          )}
          <Field
            label={m.account_delete_type_email({ email: user.email })}
            value={typed}
            onChange={setTyped}
            autoComplete="off"
            spellCheck="false"
          />
          <SubmitActions
            submit={m.account_delete_action()}
            look="danger"
            isPending={isPending}
            isDisabled={!isConfirmed}
            onCancel={onClose}
          />
        </>
      )}
    </SubmitForm>
  );
}
