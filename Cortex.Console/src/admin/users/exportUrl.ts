import type { UserFilters } from './usersSearch';

/** The address of the export with the filters of the list. */
export function exportUrl(filters: UserFilters) {
  const set = Object.entries(filters).filter(([, value]) => value !== undefined);
  const parameters = new URLSearchParams(set.map(([name, value]) => [name, String(value)]));
  return set.length > 0 ? `/api/v1/admin/users/export?${parameters}` : '/api/v1/admin/users/export';
}
