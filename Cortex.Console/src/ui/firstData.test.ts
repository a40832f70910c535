import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { queryClient } from '@/queryClient';
import { firstData } from './firstData';

vi.mock('@/queryClient', async () => {
  const { QueryClient } = await import('@tanstack/react-query');
  return { queryClient: new QueryClient() };
});

beforeEach(() => {
  vi.useFakeTimers();
  queryClient.clear();
});

afterEach(() => {
  vi.useRealTimers();
});

test('the answers of all queries are there afterwards', async () => {
  await firstData({ queryKey: ['user'], queryFn: async () => 'u' }, { queryKey: ['keys'], queryFn: async () => 'k' });

  expect(queryClient.getQueryData(['user'])).toBe('u');
  expect(queryClient.getQueryData(['keys'])).toBe('k');
});

test('an answer that takes long is not waited for, and still arrives', async () => {
  const queryFn = () => new Promise((resolve) => setTimeout(() => resolve('late'), 1_000));
  const done = vi.fn();
  firstData({ queryKey: ['user'], queryFn }).then(done);

  await vi.advanceTimersByTimeAsync(149);
  expect(done).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(done).toHaveBeenCalled();
  expect(queryClient.getQueryData(['user'])).toBeUndefined();
  await vi.advanceTimersByTimeAsync(850);
  expect(queryClient.getQueryData(['user'])).toBe('late');
});

test('an error is left to the page', async () => {
  await firstData({
    queryKey: ['user'],
    queryFn: async () => {
      throw new Error('no');
    },
  });

  expect(queryClient.getQueryState(['user'])?.status).toBe('error');
});

test('what is known and fresh is not asked for again', async () => {
  const queryFn = vi.fn(async () => 'u');
  await firstData({ queryKey: ['user'], queryFn, staleTime: 15_000 });
  await firstData({ queryKey: ['user'], queryFn, staleTime: 15_000 });

  expect(queryFn).toHaveBeenCalledTimes(1);
});
