import { useState } from 'react';
import { api } from '@/api/api';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { Field } from '@/ui/Field';
import { PageHeading } from '@/ui/PageHeading';
import { SubmitForm } from '@/ui/SubmitForm';
import { TextLink } from '@/ui/TextLink';

/** Sends a link to set a new password. The answer is the same whether or not there is an account. */
export function ForgotPasswordPage() {
  const [email, setEmail] = useState('');
  const [isSent, setSent] = useState(false);

  async function submit(fields: FormData) {
    const body = { email: String(fields.get('email')) };
    await api.POST('/api/v1/auth/forgot-password', { body });
    setEmail(body.email);
    setSent(true);
  }

  return (
    <>
      {isSent ? (
        <>
          <PageHeading key="sent" title={m.forgot_sent_title()} />
          <p className="break-words">{m.forgot_sent_text({ email })}</p>
          <p className="text-sm text-muted">{m.forgot_sent_hint()}</p>
          <Button isWide onPress={() => setSent(false)}>
            {m.forgot_other_email()}
          </Button>
        </>
      ) : (
        <>
          <PageHeading key="form" title={m.forgot_title()} />
          <p className="text-sm">{m.forgot_text()}</p>
          <SubmitForm onSubmit={submit}>
            {(isPending) => (
              <>
                <Field
                  label={m.common_email()}
                  name="email"
                  type="email"
                  autoComplete="username"
                  defaultValue={email}
                  isRequired
                  autoFocus
                />
                <Button type="submit" look="primary" isWide isPending={isPending}>
                  {m.forgot_submit()}
                </Button>
              </>
            )}
          </SubmitForm>
        </>
      )}
      <TextLink to="/login" className="self-start text-sm">
        {m.forgot_back()}
      </TextLink>
    </>
  );
}
