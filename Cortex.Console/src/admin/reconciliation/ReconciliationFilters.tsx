import { m } from '@/paraglide/messages';
import { Field } from '@/ui/Field';
import { SelectField } from '@/ui/SelectField';
import { FilterForm } from '../filters/FilterForm';
import { resolveUser } from '../filters/resolveUser';
import { UserField } from '../filters/UserField';
import { useFollowing } from '../filters/useFollowing';
import type { ReconciliationSearch } from './route';

interface ReconciliationFiltersProps {
  /** Without the cursor, so that a change starts at the first page. */
  filters: ReconciliationSearch;
  /** The month that is shown. */
  month?: string;
  listError: unknown;
  onChange: (search: ReconciliationSearch) => void;
}

export function ReconciliationFilters({ filters, month, listError, onChange }: ReconciliationFiltersProps) {
  const [monthText, setMonthText] = useFollowing(filters.month ?? month ?? '');

  async function apply(fields: FormData) {
    onChange({
      ...filters,
      month: String(fields.get('month') ?? '') || undefined,
      user: await resolveUser(fields.get('user'), 'user'),
    });
  }

  return (
    <FilterForm filters={filters} listError={listError} onApply={apply} onClear={() => onChange({})}>
      {/* Browsers without a picker for months show a plain field. */}
      <Field label={m.reconciliation_month()} name="month" type="month" value={monthText} onChange={setMonthText} placeholder="2026-11" />
      <SelectField
        label={m.reconciliation_show()}
        value={filters.drift === undefined ? '' : String(filters.drift)}
        onChange={(drift) => onChange({ ...filters, drift: drift === '' ? undefined : drift === 'true' })}
        options={[
          { value: '', label: m.reconciliation_show_all() },
          { value: 'true', label: m.reconciliation_show_drift() },
          { value: 'false', label: m.reconciliation_show_exact() },
        ]}
      />
      <UserField label={m.reconciliation_user()} name="user" userId={filters.user} />
    </FilterForm>
  );
}
