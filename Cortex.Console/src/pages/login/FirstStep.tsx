import { KeyRound } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { api } from '@/api/api';
import { ApiError } from '@/api/problem';
import { useConfig } from '@/api/useConfig';
import { m } from '@/paraglide/messages';
import { askForPasskey, canUsePasskeys, offerPasskeys, type PasskeyAnswer } from '@/session/passkey';
import type { logIn } from '@/session/session';
import { Button } from '@/ui/Button';
import { ErrorPanel } from '@/ui/ErrorPanel';
import { Field } from '@/ui/Field';
import { PageHeading } from '@/ui/PageHeading';
import { PasswordField } from '@/ui/PasswordField';
import { SubmitForm } from '@/ui/SubmitForm';
import { TextLink } from '@/ui/TextLink';
import { EndNotice } from './EndNotice';
import { Or } from './Or';
import { ResendVerification } from './ResendVerification';
import { withCookies } from './withCookies';

interface FirstStepProps {
  /** What was entered before, if the login starts again. */
  email: string;
  onSubmit: (request: Parameters<typeof logIn>[0], email: string) => Promise<void>;
}

/** The first step of a login: a password, or a passkey from its button or from the autofill of the email field. */
export function FirstStep({ email, onSubmit }: FirstStepProps) {
  const config = useConfig();
  const [unverified, setUnverified] = useState<string>();
  const [passkeyError, setPasskeyError] = useState<ApiError>();
  const [isAsking, setAsking] = useState(false);
  const hasPasskeys = canUsePasskeys() && config?.passkeys !== false;

  async function logInWithPassword(fields: FormData) {
    const body = { email: String(fields.get('email')), password: String(fields.get('password')) };
    setPasskeyError(undefined);
    setUnverified(undefined);
    try {
      await onSubmit(() => api.POST('/api/v1/auth/login', { ...withCookies, body }), body.email);
    } catch (error) {
      setUnverified(error instanceof ApiError && error.code === 'email_not_verified' ? body.email : undefined);
      throw error;
    }
  }

  async function logInWithPasskey(ask: () => Promise<PasskeyAnswer>) {
    setAsking(true);
    setPasskeyError(undefined);
    try {
      const body = await ask();
      await onSubmit(() => api.POST('/api/v1/auth/login/passkey', { ...withCookies, body }), '');
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }

      setPasskeyError(error);
    } finally {
      setAsking(false);
    }
  }

  const takeOffered = useEffectEvent((answer: PasskeyAnswer) => logInWithPasskey(async () => answer));
  useEffect(() => {
    if (hasPasskeys && !isAsking) {
      const controller = new AbortController();
      offerPasskeys(controller.signal)
        .then((answer) => answer && takeOffered(answer))
        .catch(() => undefined); // Autofill is an extra; the button says what is wrong.
      return () => controller.abort();
    }
  }, [hasPasskeys, isAsking]);

  async function chooseChallenge() {
    const { data } = await api.POST('/api/v1/auth/login/passkey/options', { body: {} });
    return askForPasskey(data as NonNullable<typeof data>);
  }

  return (
    <>
      <PageHeading title={m.login_title()} />
      <EndNotice />
      <SubmitForm onSubmit={logInWithPassword}>
        {(isPending) => (
          <>
            <Field
              label={m.common_email()}
              name="email"
              type="email"
              autoComplete="username webauthn"
              defaultValue={email}
              isRequired
              autoFocus={!email}
            />
            <PasswordField label={m.common_password()} name="password" autoComplete="current-password" autoFocus={email !== ''} />
            <Button type="submit" look="primary" isWide isPending={isPending}>
              {m.login_submit()}
            </Button>
          </>
        )}
      </SubmitForm>
      {unverified && <ResendVerification email={unverified} />}
      <TextLink to="/forgot-password" className="self-start text-sm">
        {m.login_forgot()}
      </TextLink>
      {hasPasskeys && (
        <>
          <Or />
          {passkeyError && <ErrorPanel error={passkeyError} />}
          <Button isWide isPending={isAsking} onPress={() => logInWithPasskey(chooseChallenge)}>
            <KeyRound size={16} aria-hidden /> {m.login_passkey()}
          </Button>
        </>
      )}
      {config?.registration !== 'closed' && (
        <p className="text-sm">
          {m.login_no_account()} <TextLink to="/register">{m.login_to_register()}</TextLink>
        </p>
      )}
    </>
  );
}
