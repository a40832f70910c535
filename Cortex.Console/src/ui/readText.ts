/** A value from the address as text; undefined if it is empty or doesn't match. The router turns text that looks like a number into a number. */
export function readText(value: unknown, pattern?: RegExp): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text !== '' && (!pattern || pattern.test(text)) ? text : undefined;
}
