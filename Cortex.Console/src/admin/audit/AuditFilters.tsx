import { m } from '@/paraglide/messages';
import { SelectField } from '@/ui/SelectField';
import { DateTimeField } from '../filters/DateTimeField';
import { FilterForm } from '../filters/FilterForm';
import { fromLocalInput } from '../filters/localDateTime';
import { resolveUser } from '../filters/resolveUser';
import { UserField } from '../filters/UserField';
import { actions, actionText } from './actions';
import type { AuditSearch } from './route';

interface AuditFiltersProps {
  search: AuditSearch;
  listError: unknown;
  /** Receives the filters without a cursor, so that a change starts at the first page. */
  onChange: (search: AuditSearch) => void;
}

export function AuditFilters({ search, listError, onChange }: AuditFiltersProps) {
  const { cursor: _, ...filters } = search;
  const options = actions
    .map((action) => ({ value: action as string, label: actionText(action) }))
    .sort((a, b) => a.label.localeCompare(b.label));

  async function apply(fields: FormData) {
    onChange({
      ...filters,
      actor: await resolveUser(fields.get('actor'), 'actor'),
      user: await resolveUser(fields.get('user'), 'user'),
      from: fromLocalInput(fields.get('from')),
      to: fromLocalInput(fields.get('to')),
    });
  }

  return (
    <FilterForm filters={filters} listError={listError} onApply={apply} onClear={() => onChange({})}>
      <SelectField
        label={m.audit_action()}
        value={search.action ?? ''}
        onChange={(action) => onChange({ ...filters, action: action || undefined })}
        options={[{ value: '', label: m.audit_any_action() }, ...options]}
      />
      <UserField label={m.audit_user()} name="user" userId={search.user} />
      <UserField label={m.audit_actor()} name="actor" userId={search.actor} />
      <DateTimeField label={m.audit_from()} name="from" utc={search.from} />
      <DateTimeField label={m.audit_to()} name="to" utc={search.to} />
    </FilterForm>
  );
}
