import { m } from '@/paraglide/messages';
import { CheckboxField } from '@/ui/CheckboxField';
import { roleName } from './roleName';
import { roles } from './usersSearch';

interface RolesFieldProps {
  /** The chosen roles. Without them, the browser keeps the choice, which the form then finds under `name`. */
  value?: string[];
  onChange?: (roles: string[]) => void;
}

/** Checkboxes for the roles that a user can have, with what each may do. */
export function RolesField({ value, onChange }: RolesFieldProps) {
  const hints: Record<string, string> = {
    admin: m.users_role_admin_hint(),
    support: m.users_role_support_hint(),
    service: m.users_role_service_hint(),
  };
  // Roles that this console doesn't know are kept.
  const all = [...roles, ...(value ?? []).filter((role) => !(roles as readonly string[]).includes(role))];
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">{m.users_roles()}</legend>
      {all.map((role) => (
        <CheckboxField
          key={role}
          name="roles"
          value={role}
          isSelected={value?.includes(role)}
          onChange={(isOn) => onChange?.(all.filter((other) => (other === role ? isOn : value?.includes(other))))}
        >
          {roleName(role)} {hints[role] && <span className="text-muted">– {hints[role]}</span>}
        </CheckboxField>
      ))}
    </fieldset>
  );
}
