import { m } from '@/paraglide/messages';
import { Button } from '../Button';
import { Field } from '../Field';
import type { UsageSearch } from './usageSearch';

interface CustomPeriodProps {
  search: UsageSearch;
  onSearch: (change: Partial<UsageSearch>) => void;
}

/** The first and the last day of a period of one's own. It takes effect with the button, because browsers report half-typed dates, too. */
export function CustomPeriod({ search, onSearch }: CustomPeriodProps) {
  return (
    <form
      aria-label={m.usage_period_own()}
      className="flex flex-wrap items-end gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        const fields = new FormData(event.currentTarget);
        onSearch({ from: String(fields.get('from')), to: String(fields.get('to')) });
      }}
    >
      <Field label={m.usage_from()} name="from" type="date" isRequired defaultValue={search.from} />
      <Field label={m.usage_to()} name="to" type="date" isRequired defaultValue={search.to} />
      <Button type="submit">{m.usage_show()}</Button>
    </form>
  );
}
