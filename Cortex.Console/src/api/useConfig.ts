import { query } from './client';

const stale = 5 * 60_000;

/** What the server allows, as far as it is known. Pages work without it: the server refuses what it doesn't allow. */
export function useConfig() {
  return query.useQuery('get', '/api/v1/config', {}, { staleTime: stale, retry: false }).data;
}
