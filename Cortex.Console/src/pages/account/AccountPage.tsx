import { query } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Card } from '@/ui/Card';
import { DownloadButton } from '@/ui/DownloadButton';
import { firstData } from '@/ui/firstData';
import { Loaded } from '@/ui/Loaded';
import { PageHeading } from '@/ui/PageHeading';
import { Time } from '@/ui/Time';
import { DeleteAccountCard } from './DeleteAccountCard';
import { EmailCard } from './EmailCard';

export const load = () => firstData(query.queryOptions('get', '/api/v1/auth/me'));

export function AccountPage() {
  const me = query.useQuery('get', '/api/v1/auth/me');
  return (
    <>
      <PageHeading title={m.account_title()} />
      <Loaded query={me} lines={8}>
        {(user) => (
          <>
            <EmailCard user={user} />
            <Card title={m.account_details()}>
              <dl className="grid gap-x-6 gap-y-2 text-sm sm:grid-cols-[auto_minmax(0,1fr)]">
                <dt className="text-muted">{m.account_id()}</dt>
                <dd className="min-w-0 break-all">
                  <code>{user.id}</code>
                </dd>
                {user.created_at && (
                  <>
                    <dt className="text-muted">{m.account_created()}</dt>
                    <dd>
                      <Time value={user.created_at} />
                    </dd>
                  </>
                )}
              </dl>
            </Card>
            <Card title={m.account_export_title()}>
              <p className="text-sm">{m.account_export_text()}</p>
              <DownloadButton
                label={m.account_export_action()}
                url="/api/v1/auth/me/export"
                accept="application/json"
                fileName="account-export.json"
              />
            </Card>
            <DeleteAccountCard user={user} />
          </>
        )}
      </Loaded>
    </>
  );
}
