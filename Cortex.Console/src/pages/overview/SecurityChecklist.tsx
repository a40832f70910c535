import { CircleAlert, CircleCheck, Info } from 'lucide-react';
import type { ReactNode } from 'react';
import { query, type Schema } from '@/api/client';
import { fewRecoveryCodes } from '@/pages/security/recoveryCodes';
import { m } from '@/paraglide/messages';
import { Card } from '@/ui/Card';
import { TextLink } from '@/ui/TextLink';

/** What protects the account, and what is missing. Each row has its place before its answer is there. */
export function SecurityChecklist({ user }: { user: Schema<'UserResponse'> }) {
  const passkeys = query.useQuery('get', '/api/v1/auth/passkeys');
  const sessions = query.useQuery('get', '/api/v1/auth/sessions');
  const twoFactor = query.useQuery('get', '/api/v1/auth/2fa', undefined, { enabled: user.two_factor_enabled });
  const passkeyCount = passkeys.data?.length;
  const isSecondFactorOn = user.two_factor_enabled;
  return (
    <Card title={m.overview_security()}>
      <ul className="flex flex-col gap-3 text-sm">
        <Item
          isDone={user.is_verified}
          text={user.is_verified ? m.overview_email_verified() : m.overview_email_unverified()}
          link={!user.is_verified && <TextLink to="/account">{m.overview_verify_email()}</TextLink>}
        />
        <Item
          isDone={isSecondFactorOn}
          text={isSecondFactorOn ? m.overview_2fa_on() : m.overview_2fa_off()}
          link={!isSecondFactorOn && <TextLink to="/account/security">{m.overview_2fa_turn_on()}</TextLink>}
        />
        <Item
          isDone={passkeyCount === undefined ? undefined : passkeyCount > 0}
          text={
            passkeyCount
              ? m.overview_passkeys({ count: passkeyCount })
              : passkeyCount === 0
                ? m.overview_passkeys_none()
                : unknown(passkeys.error)
          }
          link={<TextLink to="/account/security">{passkeyCount ? m.overview_passkeys_manage() : m.overview_passkey_add()}</TextLink>}
        />
        {isSecondFactorOn ? (
          <RecoveryCodes left={twoFactor.data?.recovery_codes_left} error={twoFactor.error} />
        ) : (
          <Item text={m.overview_recovery_codes_later()} />
        )}
        <Item
          text={sessions.data ? m.overview_sessions({ count: sessions.data.length }) : unknown(sessions.error)}
          link={<TextLink to="/account/sessions">{m.overview_sessions_link()}</TextLink>}
        />
      </ul>
    </Card>
  );
}

function RecoveryCodes({ left, error }: { left: number | undefined; error: unknown }) {
  const areEnough = left === undefined ? undefined : left > fewRecoveryCodes;
  return (
    <Item
      isDone={areEnough}
      text={left === undefined ? unknown(error) : left === 0 ? m.security_codes_none() : m.security_codes_left({ count: left })}
      link={
        <TextLink to="/account/security">
          {areEnough === false ? m.overview_recovery_codes_new() : m.overview_recovery_codes_link()}
        </TextLink>
      }
    />
  );
}

function unknown(error: unknown) {
  return error == null ? m.common_loading() : m.overview_not_loaded();
}

/** A row: done, missing, or (without `isDone`) only something to look at. */
function Item({ isDone, text, link }: { isDone?: boolean; text: string; link?: ReactNode }) {
  return (
    <li className="flex items-start gap-2">
      {isDone === undefined ? (
        <Info size={18} className="mt-0.5 shrink-0 text-muted" aria-hidden />
      ) : isDone ? (
        <CircleCheck size={18} className="mt-0.5 shrink-0 text-success-ink" role="img" aria-label={m.overview_done()} />
      ) : (
        <CircleAlert size={18} className="mt-0.5 shrink-0 text-warning-ink" role="img" aria-label={m.overview_missing()} />
      )}
      <span className="flex min-w-0 grow flex-wrap justify-between gap-x-4">
        <span>{text}</span>
        {link}
      </span>
    </li>
  );
}
