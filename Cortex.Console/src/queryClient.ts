import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './api/problem';

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
