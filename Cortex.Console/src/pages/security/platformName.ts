const platforms: [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/CrOS/, 'Chromebook'],
  [/Macintosh/, 'Mac'],
  [/Windows/, 'Windows'],
  [/Linux/, 'Linux'],
];

/** The kind of device that a user agent names, to suggest a name for a passkey. */
export function platformName(userAgent: string): string | undefined {
  return platforms.find(([pattern]) => pattern.test(userAgent))?.[1];
}
