/** A value from the address as text; undefined if it is empty. The router reads numbers as numbers. */
export function readText(value: unknown): string | undefined {
  return (typeof value === 'string' || typeof value === 'number' ? String(value) : '') || undefined;
}
