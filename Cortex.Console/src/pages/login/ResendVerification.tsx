import { useState } from 'react';
import { api } from '@/api/api';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import { SubmitForm } from '@/ui/SubmitForm';

/** Sends another verification email, if the address has an account that needs one. */
export function ResendVerification({ email }: { email: string }) {
  const [isSent, setSent] = useState(false);
  async function resend() {
    await api.POST('/api/v1/auth/verify-email/resend', { body: { email } });
    setSent(true);
  }

  return isSent ? (
    <Notice tone="success" isStatus>
      <span className="break-words">{m.login_resent({ email })}</span>
    </Notice>
  ) : (
    <SubmitForm onSubmit={resend}>
      {(isPending) => (
        <Button type="submit" isWide isPending={isPending}>
          {m.login_resend()}
        </Button>
      )}
    </SubmitForm>
  );
}
