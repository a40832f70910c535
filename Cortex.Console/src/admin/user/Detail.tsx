import type { ReactNode } from 'react';

export function Detail({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="mb-2 sm:contents">
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}
