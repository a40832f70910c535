import { m } from '@/paraglide/messages';
import { getLocale, locales, setLocale } from '@/paraglide/runtime';
import { chooseTheme, themeChoice, themes } from './theme';

const languages = { en: 'English', de: 'Deutsch' };
const selectClass = 'min-h-8 rounded-md border border-control bg-surface px-1.5 text-sm text-ink';

/** Language and theme, kept in this browser. */
export function Preferences() {
  const themeNames = { system: m.common_theme_system(), light: m.common_theme_light(), dark: m.common_theme_dark() };
  return (
    <div className="flex flex-wrap gap-x-4 gap-y-2">
      <label className="flex items-center gap-1.5 text-sm text-muted">
        {m.common_language()}
        <select
          defaultValue={getLocale()}
          onChange={(event) => setLocale(event.target.value as (typeof locales)[number])}
          className={selectClass}
        >
          {locales.map((locale) => (
            <option key={locale} value={locale} lang={locale}>
              {languages[locale]}
            </option>
          ))}
        </select>
      </label>
      <label className="flex items-center gap-1.5 text-sm text-muted">
        {m.common_theme()}
        <select defaultValue={themeChoice()} onChange={(event) => chooseTheme(event.target.value)} className={selectClass}>
          {themes.map((theme) => (
            <option key={theme} value={theme}>
              {themeNames[theme]}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
