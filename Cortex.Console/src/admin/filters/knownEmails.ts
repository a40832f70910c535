import { queryClient } from '@/queryClient';

/** Remembers in memory whose id it is, because addresses of pages have only ids, and must not have emails. */
export function rememberEmail(id: string, email: string) {
  queryClient.setQueryData(['known-email', id], email);
}

export function knownEmail(id: string): string | undefined {
  return queryClient.getQueryData(['known-email', id]);
}
