import { useId } from 'react';
import { roleName } from '@/admin/users/roleName';
import { m } from '@/paraglide/messages';
import type { Editable, EditableField } from './editing';

interface ConflictChoiceProps {
  field: EditableField;
  mine: Editable;
  theirs: Editable;
  isMine: boolean;
  onChoose: (version: Editable) => void;
}

/** One field of two versions, side by side. */
export function ConflictChoice({ field, mine, theirs, isMine, onChoose }: ConflictChoiceProps) {
  const name = useId();
  const labels: Record<EditableField, string> = {
    subscription_tier: m.users_tier(),
    is_active: m.user_field_active(),
    is_verified: m.user_field_verified(),
    roles: m.users_roles(),
  };
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">{labels[field]}</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {[theirs, mine].map((version) => (
          <label
            key={version === mine ? 'mine' : 'theirs'}
            className="flex items-start gap-2 rounded-md border border-line p-3 text-sm has-checked:border-accent has-checked:bg-accent-soft"
          >
            <input
              type="radio"
              name={name}
              checked={isMine === (version === mine)}
              onChange={() => onChoose(version)}
              className="mt-0.5 size-4 accent-(--brand)"
            />
            <span className="min-w-0">
              <span className="block text-muted">{version === mine ? m.user_conflict_mine() : m.user_conflict_theirs()}</span>
              <span className="font-medium break-words">{show(version[field])}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function show(value: Editable[EditableField]) {
  if (typeof value === 'boolean') {
    return value ? m.user_yes() : m.user_no();
  }

  return typeof value === 'string' ? value : value.map(roleName).join(', ') || m.user_no_roles();
}
