// The theme and the language, which Clear-Site-Data would take with it. They belong to the browser, and not to the user who logs out.
const keys = ['theme', 'PARAGLIDE_LOCALE'];

/** Notes the preferences, and returns what writes them back. */
export function keepPreferences(): () => void {
  try {
    const kept = keys.map((key) => [key, localStorage.getItem(key)] as const);
    return () => {
      for (const [key, value] of kept) {
        if (value !== null) {
          localStorage.setItem(key, value);
        }
      }
    };
  } catch {
    return () => undefined; // Storage is blocked.
  }
}
