import { queryClient } from '@/queryClient';

/** Loads again what a change of an event shows up in. */
export async function refreshBilling() {
  await Promise.all(
    ['/api/v1/admin/billing-events/{id}', '/api/v1/admin/billing-events', '/api/v1/admin/billing'].map((path) =>
      queryClient.invalidateQueries({ queryKey: ['get', path] }),
    ),
  );
}
