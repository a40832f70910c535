import type { ReactNode } from 'react';

/** The row of buttons at a dialog's end; the main one comes last. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap justify-end gap-2">{children}</div>;
}
