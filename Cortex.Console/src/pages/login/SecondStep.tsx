import { KeyRound } from 'lucide-react';
import { useEffect, useState } from 'react';
import { api } from '@/api/api';
import { ApiError } from '@/api/problem';
import { useConfig } from '@/api/useConfig';
import { m } from '@/paraglide/messages';
import { askForPasskey, canUsePasskeys } from '@/session/passkey';
import { logIn } from '@/session/session';
import { Button } from '@/ui/Button';
import { PageHeading } from '@/ui/PageHeading';
import { SubmitForm } from '@/ui/SubmitForm';
import { UsernameField } from '@/ui/UsernameField';
import { SecondFactorField } from './SecondFactorField';
import { secondFactor } from './secondFactor';
import { VoidChallenge } from './VoidChallenge';
import { withCookies } from './withCookies';

interface SecondStepProps {
  /** Empty after a passkey, which doesn't tell. */
  email: string;
  /** The `two_factor_token`: valid for five minutes, and five wrong codes. */
  challenge: string;
  onStartAgain: () => void;
}

const lifetime = 5 * 60_000;

/** The second step of a login: a code from the app, a recovery code, or a passkey. */
export function SecondStep({ email, challenge, onStartAgain }: SecondStepProps) {
  const config = useConfig();
  const [isRecovery, setRecovery] = useState(false);
  const [isVoid, setVoid] = useState(false);
  const [hasPasskey, setHasPasskey] = useState(canUsePasskeys);

  useEffect(() => {
    const timer = setTimeout(() => setVoid(true), lifetime);
    return () => clearTimeout(timer);
  }, []);

  /** Once the token is void, another code would only be refused. */
  async function attempt(action: () => Promise<void>) {
    try {
      await action();
    } catch (error) {
      if (error instanceof ApiError && error.code === 'invalid_token') {
        setVoid(true);
        return;
      }

      throw error;
    }
  }

  const tryCode = (fields: FormData) =>
    attempt(() =>
      logIn(() =>
        api.POST('/api/v1/auth/login/2fa', { ...withCookies, body: { two_factor_token: challenge, ...secondFactor(fields, 'code') } }),
      ),
    );

  const tryPasskey = () =>
    attempt(async () => {
      const { data } = await api.POST('/api/v1/auth/login/2fa/passkey/options', { body: { two_factor_token: challenge } });
      const answer = await askForPasskey(data as NonNullable<typeof data>);
      await logIn(() => api.POST('/api/v1/auth/login/2fa/passkey', { ...withCookies, body: { two_factor_token: challenge, ...answer } }));
    });

  function explain(error: ApiError) {
    if (error.code !== 'not_found') {
      return error;
    }

    setHasPasskey(false);
    return new ApiError(error.status, error.code, m.login_second_no_passkey());
  }

  if (isVoid) {
    return <VoidChallenge onStartAgain={onStartAgain} />;
  }

  return (
    <>
      <PageHeading title={m.login_second_title()} />
      {email && <p className="text-sm break-words text-muted">{m.login_second_account({ email })}</p>}
      <SubmitForm key={String(isRecovery)} onSubmit={tryCode}>
        {(isPending) => (
          <>
            {email && <UsernameField email={email} />}
            <SecondFactorField isRecovery={isRecovery} onSwitch={setRecovery} hint={m.login_second_time()} autoFocus />
            <Button type="submit" look="primary" isWide isPending={isPending}>
              {m.login_submit()}
            </Button>
          </>
        )}
      </SubmitForm>
      {config?.passkeys !== false && (
        <SubmitForm onSubmit={tryPasskey} explain={explain}>
          {(isPending) =>
            hasPasskey && (
              <Button type="submit" isWide isPending={isPending}>
                <KeyRound size={16} aria-hidden /> {m.login_second_passkey()}
              </Button>
            )
          }
        </SubmitForm>
      )}
      <Button look="plain" isWide onPress={onStartAgain}>
        {m.login_back()}
      </Button>
    </>
  );
}
