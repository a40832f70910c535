import { readUsageSearch, type UsageSearch } from '@/ui/usage/usageSearch';

/** The parts of a user's page. Each has an address of its own (`?section=keys`) and loads only what it shows. */
export const sections = ['account', 'sessions', 'keys', 'usage', 'billing', 'activity'] as const;

export type Section = (typeof sections)[number];

/** What the address of a user's page holds; the rest is about the usage report. */
export interface UserSearch extends UsageSearch {
  section?: Section;
}

export function parseUserSearch(search: Record<string, unknown>): UserSearch {
  const section = sections.find((candidate) => candidate === search.section);
  return { section, ...(section === 'usage' ? readUsageSearch(search) : {}) };
}
