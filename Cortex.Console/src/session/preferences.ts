/** Where the browser keeps the theme. build/theme.js reads it too. */
export const themeKey = 'theme';

// The theme and the language, which Clear-Site-Data would take with it. They belong to the browser, and not to the user who logs out.
const keys = [themeKey, 'PARAGLIDE_LOCALE'];

/** Remembers the preferences, and returns a function that restores them. */
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
