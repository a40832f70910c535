export const roles = ['admin', 'support', 'service'] as const;

export type Role = (typeof roles)[number];

/** The filters of a list of users, as the API names them. */
export interface UserFilters {
  /** The beginning of the email. */
  email?: string;
  tier?: string;
  is_active?: boolean;
  is_verified?: boolean;
  role?: Role;
  sort?: 'created_at' | 'email';
  order?: 'asc' | 'desc';
}

/** What the address of the list holds. */
export interface UsersSearch extends UserFilters {
  cursor?: string;
}

/** Reads the address. The router has parsed values that look like JSON, so an email of digits arrives as a number. */
export function parseUsersSearch(search: Record<string, unknown>): UsersSearch {
  return {
    email: text(search.email),
    tier: text(search.tier),
    is_active: flag(search.is_active),
    is_verified: flag(search.is_verified),
    role: word(search.role, roles),
    sort: word(search.sort, ['created_at', 'email'] as const),
    order: word(search.order, ['asc', 'desc'] as const),
    cursor: text(search.cursor),
  };
}

export function hasFilters({ email, tier, is_active, is_verified, role }: UserFilters) {
  return [email, tier, is_active, is_verified, role].some((filter) => filter !== undefined);
}

function text(value: unknown) {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) || undefined : undefined;
}

function flag(value: unknown) {
  return typeof value === 'boolean' ? value : undefined;
}

function word<T extends string>(value: unknown, words: readonly T[]) {
  return words.find((candidate) => candidate === value);
}
