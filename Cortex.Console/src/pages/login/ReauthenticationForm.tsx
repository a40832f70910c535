import { useState } from 'react';
import { api } from '@/api/api';
import { query } from '@/api/client';
import { ApiError } from '@/api/problem';
import { useConfig } from '@/api/useConfig';
import { m } from '@/paraglide/messages';
import { askForPasskey, canUsePasskeys } from '@/session/passkey';
import { useUser } from '@/session/useSession';
import { Button } from '@/ui/Button';
import { Loaded } from '@/ui/Loaded';
import { PasswordField } from '@/ui/PasswordField';
import { SubmitActions } from '@/ui/SubmitActions';
import { SubmitForm } from '@/ui/SubmitForm';
import { UsernameField } from '@/ui/UsernameField';
import { SecondFactorField } from './SecondFactorField';
import { secondFactor } from './secondFactor';

interface ReauthenticationFormProps {
  onProved: () => void;
  onCancel: () => void;
}

/** The password, with a code if the account has a second factor; or a passkey instead of both. */
export function ReauthenticationForm({ onProved, onCancel }: ReauthenticationFormProps) {
  const { email } = useUser();
  const config = useConfig();
  const me = query.useQuery('get', '/api/v1/auth/me');
  const [isRecovery, setRecovery] = useState(false);
  const [hasPasskey, setHasPasskey] = useState(canUsePasskeys);

  async function prove(fields: FormData) {
    const body = { password: String(fields.get('password')), ...secondFactor(fields, 'two_factor_code') };
    await api.POST('/api/v1/auth/reauthenticate', { body });
    onProved();
  }

  async function proveByPasskey() {
    const { data } = await api.POST('/api/v1/auth/reauthenticate/passkey/options', { body: {} });
    const body = await askForPasskey(data as NonNullable<typeof data>);
    await api.POST('/api/v1/auth/reauthenticate/passkey', { body });
    onProved();
  }

  function explainPasskey(error: ApiError) {
    if (error.code !== 'not_found') {
      return error;
    }

    setHasPasskey(false);
    return new ApiError(error.status, error.code, m.login_proof_no_passkey());
  }

  return (
    <Loaded query={me}>
      {(user) => (
        <>
          <p className="text-sm">{m.login_proof_text()}</p>
          <SubmitForm onSubmit={prove}>
            {(isPending) => (
              <>
                <UsernameField email={email} />
                <PasswordField label={m.common_password()} name="password" autoComplete="current-password" autoFocus />
                {user.two_factor_enabled && <SecondFactorField isRecovery={isRecovery} onSwitch={setRecovery} codeName="two_factor_code" />}
                <SubmitActions submit={m.login_proof_submit()} isPending={isPending} onCancel={onCancel} />
              </>
            )}
          </SubmitForm>
          {config?.passkeys !== false && (
            <SubmitForm onSubmit={proveByPasskey} explain={explainPasskey}>
              {(isPending) =>
                hasPasskey && (
                  <Button type="submit" look="plain" isPending={isPending}>
                    {m.login_proof_passkey()}
                  </Button>
                )
              }
            </SubmitForm>
          )}
        </>
      )}
    </Loaded>
  );
}
