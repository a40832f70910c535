import { classes } from './classes';

export type ButtonLook = 'primary' | 'secondary' | 'danger' | 'plain';

const looks: Record<ButtonLook, string> = {
  primary: 'bg-accent text-white border-transparent hover:brightness-110',
  secondary: 'bg-surface text-ink border-control hover:bg-raised',
  danger: 'bg-danger text-white border-transparent hover:brightness-110',
  plain: 'bg-transparent text-accent-ink border-transparent hover:bg-raised',
};

/** How buttons, and links that look like buttons, look. */
export function buttonClass(look: ButtonLook, size: 'normal' | 'small' = 'normal', isWide = false) {
  return classes(
    'inline-flex items-center justify-center gap-2 rounded-md border font-medium no-underline select-none',
    'disabled:opacity-55 data-[pending]:opacity-70',
    size === 'small' ? 'min-h-8 px-2.5 text-sm' : 'min-h-10 px-4 text-sm',
    isWide && 'w-full',
    looks[look],
  );
}
