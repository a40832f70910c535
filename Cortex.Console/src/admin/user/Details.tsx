import type { ReactNode } from 'react';

/** Names and values in two columns, or below each other on a phone. */
export function Details({ rows }: { rows: [name: string, value: ReactNode][] }) {
  return (
    <dl className="grid gap-x-6 gap-y-1 text-sm sm:grid-cols-[max-content_minmax(0,1fr)] sm:gap-y-2">
      {rows.map(([name, value]) => (
        <div key={name} className="mb-2 sm:contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
