import { useState } from 'react';
import { api } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import { SubmitForm } from '@/ui/SubmitForm';

/** Sends the email with the link that verifies the address once more. */
export function ResendVerification({ email }: { email: string }) {
  const [isSent, setSent] = useState(false);

  async function submit() {
    await api.POST('/api/v1/auth/verify-email/resend', { body: { email } });
    setSent(true);
  }

  return (
    <SubmitForm onSubmit={submit} aria-label={m.account_resend()}>
      {(isPending) => (
        <>
          <p className="text-sm">{m.account_not_verified_text()}</p>
          {isSent && (
            <Notice tone="success" isStatus>
              <p>{m.account_resent()}</p>
            </Notice>
          )}
          <div>
            <Button type="submit" size="small" isPending={isPending}>
              {m.account_resend()}
            </Button>
          </div>
        </>
      )}
    </SubmitForm>
  );
}
