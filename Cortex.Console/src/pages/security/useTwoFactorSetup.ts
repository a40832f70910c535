import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Schema } from '@/api/client';

const queryKey = ['two-factor-setup'];

/**
 * The secret that is being set up. It stays the same, also if the user goes to another page and comes back within a few minutes: a second secret would void
 * the one that the app has scanned already. It is only in this tab's memory, and a logout clears it.
 */
export function useTwoFactorSetup() {
  const queryClient = useQueryClient();
  const [setup, setSetup] = useState(() => queryClient.getQueryData<Schema<'EnableTwoFactorResponse'>>(queryKey));

  async function begin() {
    const { data } = await api.POST('/api/v1/auth/2fa/enable', { body: {} });
    queryClient.setQueryData(queryKey, data);
    setSetup(data);
  }

  function forget() {
    queryClient.removeQueries({ queryKey });
    setSetup(undefined);
  }

  return { setup, begin, forget };
}
