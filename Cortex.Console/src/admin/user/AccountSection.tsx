import { useState } from 'react';
import { roleName } from '@/admin/users/roleName';
import { UserBadges } from '@/admin/users/UserBadges';
import { m } from '@/paraglide/messages';
import { useUser } from '@/session/useSession';
import { Card } from '@/ui/Card';
import { CopyButton } from '@/ui/CopyButton';
import { formatNumber } from '@/ui/format';
import { Notice } from '@/ui/Notice';
import { Time } from '@/ui/Time';
import type { VersionedUser } from './adminUser';
import { Detail } from './Detail';
import { Details } from './Details';
import { EditUserForm } from './EditUserForm';
import { UserActions } from './UserActions';
import { UserLocks } from './UserLocks';

export function AccountSection({ data, canHelp }: { data: VersionedUser; canHelp: boolean }) {
  const { isAdmin } = useUser();
  const [done, setDone] = useState<string>();
  const { user } = data;
  return (
    <>
      {done && (
        <Notice tone="success" isStatus>
          {done}
        </Notice>
      )}
      <UserLocks user={user} canHelp={canHelp} onDone={setDone} />
      <Card title={m.user_section_account()}>
        <Details>
          <Detail name={m.user_id()}>
            <span className="inline-flex max-w-full items-center gap-1">
              <code className="min-w-0 break-all">{user.id}</code>
              <CopyButton text={user.id} label={m.user_copy_id()} />
            </span>
          </Detail>
          <Detail name={m.users_state()}>
            <UserBadges user={user} />
          </Detail>
          <Detail name={m.users_tier()}>{user.subscription_tier}</Detail>
          <Detail name={m.users_roles()}>{user.roles.map(roleName).join(', ') || m.user_no_roles()}</Detail>
          <Detail name={m.user_second_factor()}>{secondFactor(user)}</Detail>
          <Detail name={m.user_active_sessions()}>{formatNumber(user.active_sessions)}</Detail>
          <Detail name={m.user_active_keys()}>{formatNumber(user.active_api_keys)}</Detail>
          <Detail name={m.user_last_login()}>{user.last_login_at ? <Time value={user.last_login_at} /> : m.user_no_login()}</Detail>
          <Detail name={m.users_created()}>{user.created_at ? <Time value={user.created_at} /> : '–'}</Detail>
          <Detail name={m.user_updated()}>{user.updated_at ? <Time value={user.updated_at} /> : '–'}</Detail>
        </Details>
      </Card>
      {isAdmin && <EditUserForm key={user.id} data={data} onDone={setDone} />}
      {canHelp && <UserActions user={user} onDone={setDone} />}
    </>
  );
}

function secondFactor({ two_factor_enabled, passkeys }: VersionedUser['user']) {
  const factors = [
    ...(two_factor_enabled ? [m.user_two_factor_on()] : []),
    ...(passkeys > 0 ? [m.user_passkeys({ count: passkeys, number: formatNumber(passkeys) })] : []),
  ];
  return factors.join(', ') || m.user_two_factor_off();
}
