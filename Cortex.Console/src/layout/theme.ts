import { themeKey } from '@/session/preferences';

/** The choices. build/theme.js applies the stored one before the first paint; here it is read and changed. */
export const themes = ['system', 'light', 'dark'] as const;

export function themeChoice(): (typeof themes)[number] {
  try {
    const stored = localStorage.getItem(themeKey);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}

export function chooseTheme(choice: string) {
  try {
    if (choice === 'system') {
      localStorage.removeItem(themeKey);
    } else {
      localStorage.setItem(themeKey, choice);
    }
  } catch {
    // Without storage, the choice lasts as long as this page.
  }

  apply(choice);
}

function apply(choice: string) {
  const isDark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => apply(themeChoice()));
