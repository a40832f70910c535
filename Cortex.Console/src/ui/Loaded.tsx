import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorPanel } from './ErrorPanel';
import { Skeleton } from './Skeleton';
import { withFieldMessages } from './withFieldMessages';

interface LoadedProps<T> {
  query: UseQueryResult<T, unknown>;
  /** How many lines the placeholder has, so that the page doesn't jump. */
  lines?: number;
  children: (data: T) => ReactNode;
}

/** Shows a query's data; a placeholder while it loads, and the error with a retry if it fails. Data that was loaded before stays visible. */
export function Loaded<T>({ query, lines, children }: LoadedProps<T>) {
  return (
    <>
      {query.error != null && <ErrorPanel error={withFieldMessages(query.error)} onRetry={() => query.refetch()} />}
      {query.data !== undefined ? children(query.data) : query.error == null && <Skeleton lines={lines} />}
    </>
  );
}
