import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './api/problem';
import { currentUserId, subscribe } from './session/session';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      networkMode: 'always', // “localhost” works without a network.
      retry: (count, error) => error instanceof ApiError && error.isTransient && count < 2,
      retryDelay: 500,
    },
    mutations: { networkMode: 'always' },
  },
});

// Nobody's data stays after a logout in any tab, or after somebody else has logged in.
let userId = currentUserId();
subscribe(() => {
  if (currentUserId() !== userId) {
    userId = currentUserId();
    queryClient.cancelQueries();
    queryClient.clear();
  }
});
