/**
 * Tells a code of an authenticator app from a recovery code, because people may enter either in one field. Apps and password managers write codes with
 * spaces.
 */
export function secondFactor(entered: FormDataEntryValue | null): { code: string } | { recovery_code: string } | undefined {
  const code = withoutSpaces(entered);
  if (!code) {
    return undefined;
  }

  return /^\d{6}$/.test(code) ? { code } : { recovery_code: code };
}

/** A code as the API takes it. */
export function withoutSpaces(entered: FormDataEntryValue | null): string {
  return typeof entered === 'string' ? entered.replace(/\s/g, '') : '';
}
