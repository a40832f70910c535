/** What was typed into a field for a whole number: null if it is empty, and text that isn't one goes to the server, which says what is wrong. */
export function wholeNumber(value: FormDataEntryValue | null): number | null {
  const text = String(value ?? '').trim();
  return text === '' ? null : /^-?\d+$/.test(text) ? Number(text) : (text as unknown as number);
}

/** An amount as it was typed, exact, because the server reads decimals as text; null if it is empty. */
export function amount(value: FormDataEntryValue | null): string | null {
  return String(value ?? '').trim() || null;
}
