import type { ReactNode } from 'react';
import { classes } from './classes';

const tones = {
  info: 'border-control bg-raised text-ink',
  success: 'border-success-ink bg-success-soft text-success-ink',
  warning: 'border-warning-ink bg-warning-soft text-warning-ink',
};

interface NoticeProps {
  tone?: keyof typeof tones;
  /** Has screen readers say the text when it appears after an action. */
  isStatus?: boolean;
  children: ReactNode;
}

export function Notice({ tone = 'info', isStatus, children }: NoticeProps) {
  return (
    <div
      role={isStatus ? 'status' : undefined}
      className={classes('flex flex-col items-start gap-2 rounded-md border p-3 text-sm', tones[tone])}
    >
      {children}
    </div>
  );
}
