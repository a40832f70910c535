import { AuditTable } from '@/admin/audit/AuditTable';
import { query } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Card } from '@/ui/Card';
import { EmptyState } from '@/ui/EmptyState';
import { Loaded } from '@/ui/Loaded';
import { TextLink } from '@/ui/TextLink';
import type { UserDetails } from './adminUser';

/** The latest events of an account; the audit log has all of them. */
export function UserActivity({ user }: { user: UserDetails }) {
  const events = query.useQuery('get', '/api/v1/admin/audit-events', { params: { query: { user: user.id, limit: 20 } } });
  return (
    <Card title={m.user_latest_events()}>
      <Loaded query={events} lines={8}>
        {({ items }) => (items.length > 0 ? <AuditTable events={items} isLoading={false} /> : <EmptyState title={m.user_no_events()} />)}
      </Loaded>
      <p className="text-sm">
        <TextLink to="/admin/audit" search={{ user: user.id }}>
          {m.user_all_events()}
        </TextLink>
      </p>
    </Card>
  );
}
