import { useQuery } from '@tanstack/react-query';
import { api, type Schema } from '@/api/client';
import { queryClient } from '@/queryClient';

export type UserDetails = Schema<'AdminUserDetails'>;

/** A user together with the version that it is, for `If-Match`. */
export interface VersionedUser {
  user: UserDetails;
  version: string;
}

export async function loadUser(id: string, signal?: AbortSignal): Promise<VersionedUser> {
  const { data, response } = await api.GET('/api/v1/admin/users/{id}', { params: { path: { id } }, signal });
  return { user: data as UserDetails, version: response.headers.get('ETag') ?? '' };
}

export function useAdminUser(id: string) {
  return useQuery({
    queryKey: ['get', '/api/v1/admin/users/{id}', { params: { path: { id } } }, 'with version'],
    queryFn: ({ signal }) => loadUser(id, signal),
  });
}

/** Loads again what a change of this user may have changed, wherever it is shown. */
export function refreshUser() {
  return queryClient.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1]).startsWith('/api/v1/admin/') });
}
