import type { ReactNode } from 'react';

/** Names and values in two columns, or below each other on a phone. */
export function Details({ children }: { children: ReactNode }) {
  return <dl className="grid gap-x-6 gap-y-1 text-sm sm:grid-cols-[max-content_minmax(0,1fr)] sm:items-baseline sm:gap-y-2">{children}</dl>;
}
