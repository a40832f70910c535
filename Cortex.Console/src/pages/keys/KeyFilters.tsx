import { m } from '@/paraglide/messages';
import { Field } from '@/ui/Field';
import { SelectField } from '@/ui/SelectField';
import { type KeyFilter, keyFilters } from './route';

interface KeyFiltersProps {
  show?: KeyFilter;
  name?: string;
  onChange: (change: { show?: KeyFilter; name?: string }) => void;
}

export function KeyFilters({ show, name, onChange }: KeyFiltersProps) {
  const texts: Record<KeyFilter, string> = { working: m.keys_show_working(), unused: m.keys_unused(), ended: m.keys_show_ended() };
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field label={m.keys_search()} type="search" defaultValue={name} onChange={(text) => onChange({ name: text || undefined })} />
      <SelectField
        label={m.keys_show()}
        value={show ?? ''}
        onChange={(value) => onChange({ show: (value || undefined) as KeyFilter | undefined })}
        options={[{ value: '', label: m.usage_all_keys() }, ...keyFilters.map((filter) => ({ value: filter, label: texts[filter] }))]}
      />
    </div>
  );
}
