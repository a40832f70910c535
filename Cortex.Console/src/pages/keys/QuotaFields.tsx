import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Field } from '@/ui/Field';

/** The limits of one key. Empty fields are no limit. */
export function QuotaFields({ quota }: { quota?: Schema<'QuotaBody'> | null }) {
  const text = (value: number | string | null | undefined) => (value == null ? undefined : String(value));
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="text-sm font-medium">{m.keys_quota()}</legend>
      <p className="text-sm text-muted">{m.keys_quota_hint()}</p>
      <div className="grid items-start gap-3 sm:grid-cols-3">
        <Field label={m.usage_requests()} name="requests" type="number" defaultValue={text(quota?.requests)} input={{ min: 0 }} />
        <Field label={m.usage_tokens()} name="tokens" type="number" defaultValue={text(quota?.tokens)} input={{ min: 0 }} />
        <Field label={m.keys_quota_cost()} name="cost_usd" defaultValue={text(quota?.cost_usd)} input={{ inputMode: 'decimal' }} />
      </div>
    </fieldset>
  );
}
