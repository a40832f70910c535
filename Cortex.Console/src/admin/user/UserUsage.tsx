import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { query } from '@/api/client';
import { keyName } from '@/pages/usage/keyName';
import { m } from '@/paraglide/messages';
import { useUser } from '@/session/useSession';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Loaded } from '@/ui/Loaded';
import { Notice } from '@/ui/Notice';
import { TextLink } from '@/ui/TextLink';
import { UsageReport } from '@/ui/usage/UsageReport';
import { AdjustmentDialog } from './AdjustmentDialog';
import type { UserDetails } from './adminUser';
import { limitText } from './limitText';
import { QuotaDialog } from './QuotaDialog';
import { UserQuota } from './UserQuota';

const route = getRouteApi('/app/staff/admin/users/$id');

/** What a user may use and has used, and the corrections of both. */
export function UserUsage({ user }: { user: UserDetails }) {
  const { isAdmin } = useUser();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const quota = query.useQuery('get', '/api/v1/admin/users/{id}/quota', { params: { path: { id: user.id } } });
  const [dialog, setDialog] = useState<'quota' | 'adjustment'>();
  const [done, setDone] = useState<string>();
  const close = () => setDialog(undefined);
  return (
    <>
      {done && (
        <Notice tone="success" isStatus>
          {done}
        </Notice>
      )}
      <Card
        title={m.user_quota()}
        actions={
          isAdmin && (
            <>
              <Button size="small" onPress={() => setDialog('quota')}>
                {m.user_change_quota()}
              </Button>
              <Button size="small" onPress={() => setDialog('adjustment')}>
                {m.user_adjust()}
              </Button>
            </>
          )
        }
      >
        <Loaded query={quota} lines={5}>
          {(data) => <UserQuota quota={data} />}
        </Loaded>
        <p className="text-sm text-muted">{quotaText(user)}</p>
      </Card>
      {search.api_key && <OneKey id={search.api_key} user={user} />}
      <UsageReport
        source={{ kind: 'user', userId: user.id }}
        search={search}
        onSearch={(change) => navigate({ search: (old) => ({ ...old, ...change }), resetScroll: false })}
        groupCell={(group, grouping, text) =>
          grouping === 'api_key' && group.title !== undefined && group.name ? (
            <TextLink from="/admin/users/$id" to="." search={(old) => ({ ...old, api_key: group.name ?? undefined })} resetScroll={false}>
              {text}
            </TextLink>
          ) : (
            text
          )
        }
      />
      {isAdmin && (
        <>
          <QuotaDialog user={user} isOpen={dialog === 'quota'} onClose={close} onDone={setDone} />
          <AdjustmentDialog user={user} isOpen={dialog === 'adjustment'} onClose={close} onDone={setDone} />
        </>
      )}
    </>
  );
}

/** Says that the report is about one key. */
function OneKey({ id, user }: { id: string; user: UserDetails }) {
  const keys = query.useQuery('get', '/api/v1/admin/users/{id}/api-keys', { params: { path: { id: user.id } } });
  return (
    <p className="flex flex-wrap gap-x-3 text-sm">
      {m.usage_one_key({ name: keyName(id, keys.data) })}
      <TextLink from="/admin/users/$id" to="." search={(old) => ({ ...old, api_key: undefined })}>
        {m.usage_every_key()}
      </TextLink>
    </p>
  );
}

function quotaText({ quota, subscription_tier }: UserDetails) {
  if (!quota) {
    return m.user_tier_quota({ tier: subscription_tier });
  }

  const hasLimits = quota.requests != null || quota.tokens != null || quota.cost_usd != null;
  return hasLimits ? m.user_own_quota({ limits: limitText(quota) }) : m.user_own_mode();
}
