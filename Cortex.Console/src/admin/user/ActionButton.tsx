import { type ReactNode, useState } from 'react';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/ConfirmDialog';

interface ActionButtonProps {
  /** What the button does; also the title of the question. */
  label: string;
  /** Names what it is about, for screen readers, where the same button is in every row. */
  about?: string;
  /** What will happen. */
  children: ReactNode;
  look?: 'secondary' | 'danger';
  size?: 'normal' | 'small';
  onConfirm: () => Promise<unknown>;
}

/** A button that asks before it does something to somebody else's account. */
export function ActionButton({ label, about, children, look, size, onConfirm }: ActionButtonProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button look={look} size={size} aria-label={about && `${label}: ${about}`} onPress={() => setOpen(true)}>
        {label}
      </Button>
      <ConfirmDialog title={label} action={label} isOpen={isOpen} onClose={() => setOpen(false)} onConfirm={onConfirm}>
        {children}
      </ConfirmDialog>
    </>
  );
}
