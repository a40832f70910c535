import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { type Column, Table } from '@/ui/Table';
import { TextLink } from '@/ui/TextLink';
import { Time } from '@/ui/Time';
import { roleName } from './roleName';
import { UserBadges } from './UserBadges';

type User = Schema<'AdminUserResponse'>;

export function UsersTable({ users, isLoading }: { users: User[]; isLoading: boolean }) {
  const columns: Column<User>[] = [
    {
      header: m.common_email(),
      cell: (user) => (
        <TextLink to="/admin/users/$id" params={{ id: user.id }}>
          <span className="break-all">{user.email}</span>
        </TextLink>
      ),
    },
    { header: m.users_tier(), cell: (user) => user.subscription_tier },
    { header: m.users_state(), cell: (user) => <UserBadges user={user} /> },
    { header: m.users_roles(), cell: (user) => user.roles.map(roleName).join(', ') || '–' },
    { header: m.users_created(), cell: (user) => (user.created_at ? <Time value={user.created_at} dateOnly /> : '–') },
  ];
  return <Table label={m.users_title()} columns={columns} rows={users} rowKey={(user) => user.id} isLoading={isLoading} />;
}
