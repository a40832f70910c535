import { query } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Below } from '@/ui/Below';
import { firstData } from '@/ui/firstData';
import { Loaded } from '@/ui/Loaded';
import { PageHeading } from '@/ui/PageHeading';
import { PasskeysCard } from './PasskeysCard';
import { PasswordCard } from './PasswordCard';
import { TwoFactorCard } from './TwoFactorCard';

export const load = () => firstData(query.queryOptions('get', '/api/v1/auth/me'), query.queryOptions('get', '/api/v1/auth/2fa'));

export function SecurityPage() {
  const me = query.useQuery('get', '/api/v1/auth/me');
  const twoFactor = query.useQuery('get', '/api/v1/auth/2fa');
  return (
    <>
      <PageHeading title={m.security_title()} />
      <Loaded query={me} lines={8}>
        {(user) => (
          <>
            <PasswordCard email={user.email} />
            <TwoFactorCard email={user.email} status={twoFactor} />
          </>
        )}
      </Loaded>
      <Below queries={[me, twoFactor]}>
        <PasskeysCard />
      </Below>
    </>
  );
}
