import { query } from '@/api/client';

/** The tiers that can be chosen; while they are being loaded, only the current one. A user may have one that isn't among them. */
export function useTiers(current?: string): string[] {
  const config = query.useQuery('get', '/api/v1/config', undefined, { staleTime: Number.POSITIVE_INFINITY });
  const tiers = config.data?.tiers ?? [];
  return current && !tiers.includes(current) ? [...tiers, current] : tiers;
}
