/** The parts of a user's page. Each has an address of its own (`?section=keys`) and loads only what it shows. */
export const sections = ['account', 'sessions', 'keys', 'usage', 'billing', 'activity'] as const;

export type Section = (typeof sections)[number];

export interface UserSearch {
  section?: Section;
}

export function parseUserSearch(search: Record<string, unknown>): UserSearch {
  return { section: sections.find((section) => section === search.section) };
}
