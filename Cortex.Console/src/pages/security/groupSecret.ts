/** A secret in groups of four, which is easier to type into an app. Apps ignore the spaces. */
export function groupSecret(secret: string) {
  return secret.match(/.{1,4}/g)?.join(' ') ?? '';
}
