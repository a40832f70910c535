import type { ReactNode } from 'react';

interface BelowProps {
  /** What is shown above. */
  queries: { isPending: boolean }[];
  children: ReactNode;
}

/** What stands below data whose height isn't known yet. It loads at the same time and appears afterwards, so that it never jumps. */
export function Below({ queries, children }: BelowProps) {
  return (
    <div className="contents" hidden={queries.some((query) => query.isPending)}>
      {children}
    </div>
  );
}
