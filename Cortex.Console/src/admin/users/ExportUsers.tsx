import { m } from '@/paraglide/messages';
import { DownloadButton } from '@/ui/DownloadButton';
import { exportUrl } from './exportUrl';
import type { UserFilters } from './usersSearch';

/** Downloads all users that match the filters, one per line. */
export function ExportUsers({ filters }: { filters: UserFilters }) {
  return <DownloadButton label={m.users_export()} url={exportUrl(filters)} accept="application/x-ndjson" fileName="users.ndjson" />;
}
