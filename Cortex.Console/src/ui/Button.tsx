import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button';
import { type ButtonLook, buttonClass } from './buttonClass';

interface ButtonProps extends Omit<AriaButtonProps, 'className'> {
  look?: ButtonLook;
  size?: 'normal' | 'small';
  /** Takes the whole width, as the buttons of the login pages do. */
  isWide?: boolean;
}

/** A button. While `isPending`, it can't be pressed and says so to screen readers. */
export function Button({ look = 'secondary', size = 'normal', isWide, ...props }: ButtonProps) {
  return <AriaButton {...props} className={buttonClass(look, size, isWide)} />;
}
