import { useState } from 'react';
import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { Field } from '@/ui/Field';
import { SelectField } from '@/ui/SelectField';
import { keyName } from './keyName';
import type { UsagePageSearch } from './route';

interface EventFiltersProps {
  search: UsagePageSearch;
  keys: Schema<'ApiKeyResponse'>[] | undefined;
  onSearch: (change: Partial<UsagePageSearch>) => void;
}

/** Filters of the requests. The key also filters the report above. */
export function EventFilters({ search, keys = [], onSearch }: EventFiltersProps) {
  const [status, setStatus] = useState(search.status === undefined ? '' : search.status === 'error' ? 'error' : 'code');
  const keyIds = [...new Set([...(search.api_key ? [search.api_key] : []), ...keys.map((key) => key.id)])];
  const isFiltered = search.api_key || search.endpoint || search.provider || search.status;

  function apply(fields: FormData) {
    const text = (name: string) => String(fields.get(name) ?? '').trim() || undefined;
    onSearch({
      api_key: text('api_key'),
      endpoint: text('endpoint'),
      provider: text('provider'),
      status: status === 'code' ? text('code') : status || undefined,
    });
  }

  return (
    <form
      aria-label={m.usage_events_filter()}
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        apply(new FormData(event.currentTarget));
      }}
    >
      <div className="grid items-start gap-3 sm:grid-cols-2 lg:grid-cols-4">
        <SelectField
          label={m.usage_status()}
          value={status}
          onChange={setStatus}
          options={[
            { value: '', label: m.usage_events_all() },
            { value: 'error', label: m.usage_events_errors() },
            { value: 'code', label: m.usage_events_code() },
          ]}
        />
        {status === 'code' && (
          <Field label={m.usage_status_code()} name="code" isRequired defaultValue={search.status} input={{ inputMode: 'numeric' }} />
        )}
        <Field label={m.usage_endpoint()} name="endpoint" defaultValue={search.endpoint} />
        <Field label={m.usage_provider()} name="provider" defaultValue={search.provider} />
        <SelectField
          key={keyIds.join()}
          label={m.usage_key()}
          name="api_key"
          defaultValue={search.api_key ?? ''}
          options={[{ value: '', label: m.usage_all_keys() }, ...keyIds.map((id) => ({ value: id, label: keyName(id, keys) }))]}
        />
      </div>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" size="small">
          {m.usage_apply()}
        </Button>
        {isFiltered && (
          <Button
            look="plain"
            size="small"
            onPress={() => onSearch({ api_key: undefined, endpoint: undefined, provider: undefined, status: undefined })}
          >
            {m.usage_reset()}
          </Button>
        )}
      </div>
    </form>
  );
}
