import { useState } from 'react';
import { api } from '@/api/api';
import { useConfig } from '@/api/useConfig';
import { withCookies } from '@/pages/login/withCookies';
import { m } from '@/paraglide/messages';
import { logIn } from '@/session/session';
import { Button } from '@/ui/Button';
import { Field } from '@/ui/Field';
import { Notice } from '@/ui/Notice';
import { PageHeading } from '@/ui/PageHeading';
import { PasswordField } from '@/ui/PasswordField';
import { SubmitForm } from '@/ui/SubmitForm';
import { TextLink } from '@/ui/TextLink';
import { Registered } from './Registered';

/** Creates an account, and logs in with it unless the operator wants the email verified first. */
export function RegisterPage() {
  const config = useConfig();
  const [email, setEmail] = useState<string>();
  const [isLoggedIn, setLoggedIn] = useState(false);
  const minimum = config?.password.min_length;
  const emptyLine = '\u00a0'; // Keeps a place for the hint, which would otherwise move the button when it arrives.

  async function register(fields: FormData) {
    const body = { email: String(fields.get('email')), password: String(fields.get('password')) };
    const { response } = await api.POST('/api/v1/auth/register', { body });
    if (response.status === 201) {
      // The account exists, whatever becomes of the login; the next page offers it again.
      const login = logIn(() => api.POST('/api/v1/auth/login', { ...withCookies, body }));
      setLoggedIn(
        await login.then(
          () => true,
          () => false,
        ),
      );
    }

    setEmail(body.email);
  }

  if (email !== undefined) {
    return <Registered email={email} isLoggedIn={isLoggedIn} />;
  }

  return (
    <>
      <PageHeading title={m.register_title()} />
      {config?.registration === 'closed' ? (
        <Notice>{m.register_closed()}</Notice>
      ) : (
        <SubmitForm onSubmit={register}>
          {(isPending) => (
            <>
              <Field label={m.common_email()} name="email" type="email" autoComplete="username" isRequired autoFocus />
              <PasswordField
                label={m.common_password()}
                name="password"
                autoComplete="new-password"
                hint={config === undefined ? emptyLine : minimum && m.register_password_hint({ min: minimum })}
              />
              <Button type="submit" look="primary" isWide isPending={isPending}>
                {m.register_submit()}
              </Button>
            </>
          )}
        </SubmitForm>
      )}
      <p className="text-sm">
        {m.register_have_account()} <TextLink to="/login">{m.register_to_login()}</TextLink>
      </p>
    </>
  );
}
