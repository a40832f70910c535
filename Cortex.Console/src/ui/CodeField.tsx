import { Field } from './Field';

/** A one-time code in one plain input, so that pasting and password managers work. Spaces are removed where the form is sent. */
export function CodeField({ label, name = 'code', autoFocus }: { label: string; name?: string; autoFocus?: boolean }) {
  return <Field label={label} name={name} isRequired autoFocus={autoFocus} autoComplete="one-time-code" input={{ inputMode: 'numeric' }} />;
}
