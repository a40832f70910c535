/** The scopes that were chosen or, separated by spaces or commas, typed. */
export function readScopes(fields: FormData): string[] {
  const others = String(fields.get('scopes') ?? '').split(/[\s,]+/);
  return [...new Set([...fields.getAll('scope').map(String), ...others.filter((scope) => scope !== '')])];
}
