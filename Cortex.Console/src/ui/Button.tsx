import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button';
import { type ButtonLook, buttonClass } from './buttonClass';

interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'isPending'> {
  look?: ButtonLook;
  size?: 'normal' | 'small';
  /** Takes the whole width, as the buttons of the login pages do. */
  isWide?: boolean;
  /** Whether what the button does is under way. It keeps the focus, and pressing it does nothing. */
  isPending?: boolean;
}

/**
 * A button. React Aria's own pending state isn't used: it announces itself through an element that outlives the page, without a label then.
 */
export function Button({ look = 'secondary', size = 'normal', isWide, isPending, onPress, ...props }: ButtonProps) {
  return (
    <AriaButton
      {...props}
      onPress={isPending ? undefined : onPress}
      aria-disabled={isPending || undefined}
      data-pending={isPending || undefined}
      className={buttonClass(look, size, isWide)}
    />
  );
}
