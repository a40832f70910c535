import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';
import { type ButtonLook, buttonClass } from './buttonClass';

/** A link to another page of the console that looks like a button. */
export const ButtonLink = createLink(({ look = 'secondary', ...props }: ComponentProps<'a'> & { look?: ButtonLook }) => (
  <a {...props} className={buttonClass(look)}>
    {props.children}
  </a>
));
