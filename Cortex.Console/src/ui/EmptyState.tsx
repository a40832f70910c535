import type { ReactNode } from 'react';

/** What a list shows while it has nothing: why, and the first action. */
export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-3 rounded-md border border-dashed border-control p-5">
      <p className="font-medium">{title}</p>
      {children}
    </div>
  );
}
