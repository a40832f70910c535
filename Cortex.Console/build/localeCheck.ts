import type { Plugin } from 'vite';

const slow = 'Intl.DateTimeFormat.supportedLocalesOf(';
const quick = 'Intl.getCanonicalLocales(';

/**
 * Replaces React Aria's check that the browser's locale is well-formed. It runs when the script starts, and the function that it calls makes Chromium list
 * all locales that it knows, which takes about 30 ms before anything is shown. The replacement throws on the same malformed tags.
 */
export function localeCheck(): Plugin {
  let isReplaced = false;
  return {
    name: 'locale-check',
    apply: 'build',
    transform: {
      filter: { id: /react-aria\/.*\/useDefaultLocale\.m?js$/, code: slow },
      handler(code) {
        isReplaced = true;
        return { code: code.replace(slow, quick), map: null };
      },
    },
    generateBundle() {
      if (!isReplaced) {
        this.error('React Aria no longer has the check of the locale that build/localeCheck.ts replaces. Delete the plugin, or adapt it.');
      }
    },
  };
}
