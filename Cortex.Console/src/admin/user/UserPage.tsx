import { getRouteApi } from '@tanstack/react-router';
import { Suspense } from 'react';
import { m } from '@/paraglide/messages';
import { useUser } from '@/session/useSession';
import { Loaded } from '@/ui/Loaded';
import { lazyComponent } from '@/ui/lazyComponent';
import { PageHeading } from '@/ui/PageHeading';
import { Skeleton } from '@/ui/Skeleton';
import { TextLink } from '@/ui/TextLink';
import { AccountSection } from './AccountSection';
import { useAdminUser, type VersionedUser } from './adminUser';
import { SectionLinks } from './SectionLinks';
import type { Section } from './sections';
import { UserBilling } from './UserBilling';
import { UserKeys } from './UserKeys';
import { UserSessions } from './UserSessions';

// These two bring much along that the other parts don't need.
const UserUsage = lazyComponent(() => import('./UserUsage'), 'UserUsage');
const UserActivity = lazyComponent(() => import('./UserActivity'), 'UserActivity');

const route = getRouteApi('/app/staff/admin/users/$id');

export function UserPage() {
  const { id } = route.useParams();
  const { section = 'account' } = route.useSearch();
  const user = useAdminUser(id);
  return (
    <>
      <p className="text-sm">
        <TextLink to="/admin/users">{m.user_all_users()}</TextLink>
      </p>
      {/* The browser's title and history keep no email. */}
      <PageHeading title={user.data?.user.email ?? m.user_title()} documentTitle={m.user_title()} />
      <SectionLinks id={id} />
      <Loaded query={user} lines={8}>
        {(data) => (
          <Suspense fallback={<Skeleton lines={8} />}>
            <SectionOf key={id} section={section} data={data} />
          </Suspense>
        )}
      </Loaded>
    </>
  );
}

function SectionOf({ section, data }: { section: Section; data: VersionedUser }) {
  const { isAdmin } = useUser();
  const { user } = data;
  // Support can't change the accounts of administrators.
  const canHelp = isAdmin || !user.roles.includes('admin');
  switch (section) {
    case 'account':
      return <AccountSection data={data} canHelp={canHelp} />;
    case 'sessions':
      return <UserSessions user={user} canHelp={canHelp} />;
    case 'keys':
      return <UserKeys user={user} />;
    case 'usage':
      return <UserUsage user={user} />;
    case 'billing':
      return <UserBilling user={user} />;
    case 'activity':
      return <UserActivity user={user} />;
  }
}
