import { useCallback } from 'react';
import { m } from '@/paraglide/messages';
import { SelectField } from '@/ui/SelectField';
import { roleName } from './roleName';
import { SearchField } from './SearchField';
import { roles, type UserFilters, type UsersSearch } from './usersSearch';
import { useTiers } from './useTiers';

interface UserFiltersFormProps {
  search: UsersSearch;
  /** Applies changed filters. Typing replaces the entry of the browser's history instead of adding one for each pause. */
  onChange: (changes: UserFilters, isTyping: boolean) => void;
}

export function UserFiltersForm({ search, onChange }: UserFiltersFormProps) {
  const tiers = useTiers(search.tier);
  const any = { value: '', label: m.users_any() };
  const searchFor = useCallback((text: string) => onChange({ email: text.trim() || undefined }, true), [onChange]);
  return (
    <search className="grid grid-cols-2 gap-3 lg:grid-cols-3">
      <div className="col-span-2 lg:col-span-1">
        <SearchField label={m.users_search()} value={search.email ?? ''} onSearch={searchFor} />
      </div>
      <SelectField
        label={m.users_tier()}
        value={search.tier ?? ''}
        options={[any, ...tiers.map((tier) => ({ value: tier, label: tier }))]}
        onChange={(value) => onChange({ tier: value || undefined }, false)}
      />
      <SelectField
        label={m.users_role()}
        value={search.role ?? ''}
        options={[any, ...roles.map((role) => ({ value: role, label: roleName(role) }))]}
        onChange={(value) => onChange({ role: roles.find((role) => role === value) }, false)}
      />
      <SelectField
        label={m.users_state()}
        value={String(search.is_active ?? '')}
        options={[any, { value: 'true', label: m.users_active() }, { value: 'false', label: m.users_disabled() }]}
        onChange={(value) => onChange({ is_active: flag(value) }, false)}
      />
      <SelectField
        label={m.users_email_address()}
        value={String(search.is_verified ?? '')}
        options={[any, { value: 'true', label: m.users_verified() }, { value: 'false', label: m.users_unverified() }]}
        onChange={(value) => onChange({ is_verified: flag(value) }, false)}
      />
      <SelectField
        label={m.users_sort()}
        value={`${search.sort ?? ''} ${search.order ?? ''}`.trim()}
        options={[
          { value: '', label: search.email ? m.users_sort_email_asc() : m.users_sort_created_desc() },
          ...sortings(search.email !== undefined),
        ]}
        onChange={(value) => onChange(sortingOf(value), false)}
      />
    </search>
  );
}

function flag(value: string) {
  return value === '' ? undefined : value === 'true';
}

/** All orders but the server's default one: by email in a search for an email, and by time otherwise. */
function sortings(isSearch: boolean) {
  return [
    ...(isSearch ? [{ value: 'created_at desc', label: m.users_sort_created_desc() }] : []),
    { value: 'created_at asc', label: m.users_sort_created_asc() },
    ...(isSearch ? [] : [{ value: 'email asc', label: m.users_sort_email_asc() }]),
    { value: 'email desc', label: m.users_sort_email_desc() },
  ];
}

function sortingOf(value: string): Pick<UserFilters, 'sort' | 'order'> {
  const [sort, order] = value.split(' ');
  return sort ? { sort: sort as UserFilters['sort'], order: order as UserFilters['order'] } : { sort: undefined, order: undefined };
}
