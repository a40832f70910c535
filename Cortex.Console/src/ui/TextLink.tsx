import { createLink } from '@tanstack/react-router';
import type { ComponentProps } from 'react';
import { classes } from './classes';

/** A link in running text, to another page of the console. */
export const TextLink = createLink((props: ComponentProps<'a'>) => (
  <a {...props} className={classes('text-accent-ink underline underline-offset-2', props.className)}>
    {props.children}
  </a>
));
