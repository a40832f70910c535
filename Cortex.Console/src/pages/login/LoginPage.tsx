import { useState } from 'react';
import { ApiError } from '@/api/problem';
import { logIn } from '@/session/session';
import { FirstStep } from './FirstStep';
import { SecondStep } from './SecondStep';

type LoginRequest = Parameters<typeof logIn>[0];

/** Logs in. The route goes on to the next page as soon as somebody is logged in, in this tab or in another one. */
export function LoginPage() {
  const [email, setEmail] = useState('');
  const [challenge, setChallenge] = useState<string>();

  /** Sends a login, and goes on to the second step if the account has one. `account` is unknown for a passkey. */
  async function submit(request: LoginRequest, account: string) {
    try {
      await logIn(request);
    } catch (error) {
      const token = error instanceof ApiError && error.code === 'two_factor_required' ? error.problem?.two_factor_token : undefined;
      if (!token) {
        throw error;
      }

      setEmail(account);
      setChallenge(token);
    }
  }

  return challenge ? (
    <SecondStep email={email} challenge={challenge} onStartAgain={() => setChallenge(undefined)} />
  ) : (
    <FirstStep email={email} onSubmit={submit} />
  );
}
