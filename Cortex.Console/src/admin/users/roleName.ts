import { m } from '@/paraglide/messages';

/** The name of a role. A role that this console doesn't know is shown as it is. */
export function roleName(role: string) {
  const names: Record<string, string> = { admin: m.users_role_admin(), support: m.users_role_support(), service: m.users_role_service() };
  return names[role] ?? role;
}
