import { useState } from 'react';
import { api, type Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { useSession } from '@/session/useSession';
import { Button } from '@/ui/Button';
import { CheckboxField } from '@/ui/CheckboxField';
import { Dialog } from '@/ui/Dialog';
import { DialogActions } from '@/ui/DialogActions';
import { Field } from '@/ui/Field';
import { SelectField } from '@/ui/SelectField';
import { SubmitForm } from '@/ui/SubmitForm';
import { QuotaFields } from './QuotaFields';
import { explainQuota, readQuota } from './quotaForm';

interface CreateKeyDialogProps {
  isOpen: boolean;
  onClose: () => void;
  onCreated: (key: Schema<'GeneratedApiKeyResponse'>) => void;
}

export function CreateKeyDialog({ isOpen, onClose, onCreated }: CreateKeyDialogProps) {
  return (
    <Dialog title={m.keys_create()} isOpen={isOpen} onClose={onClose}>
      <CreateKeyForm onClose={onClose} onCreated={onCreated} />
    </Dialog>
  );
}

function CreateKeyForm({ onClose, onCreated }: Omit<CreateKeyDialogProps, 'isOpen'>) {
  const [expiry, setExpiry] = useState('');

  async function submit(fields: FormData) {
    const days = expiry === 'custom' ? String(fields.get('expires_in_days')) : expiry;
    const { data } = await api.POST('/api/v1/auth/api-keys/generate', {
      body: {
        name: String(fields.get('name')),
        scopes: readScopes(fields),
        expires_in_days: days === '' ? null : Number(days),
        monthly_quota: readQuota(fields),
      },
    });
    if (data) {
      onCreated(data);
    }
  }

  return (
    <SubmitForm onSubmit={submit} explain={explainQuota}>
      {(isPending) => (
        <>
          <Field label={m.keys_name()} name="name" hint={m.keys_name_hint()} isRequired autoFocus autoComplete="off" />
          <ScopeFields />
          <SelectField
            label={m.keys_expiry()}
            value={expiry}
            onChange={setExpiry}
            options={[
              { value: '', label: m.keys_expiry_never() },
              ...['30', '90', '180', '365'].map((days) => ({ value: days, label: m.keys_expiry_days({ days }) })),
              { value: 'custom', label: m.keys_expiry_custom() },
            ]}
          />
          {expiry === 'custom' && (
            <Field label={m.keys_expiry_in_days()} name="expires_in_days" type="number" isRequired input={{ min: 1 }} />
          )}
          <QuotaFields />
          <DialogActions>
            <Button onPress={onClose}>{m.common_cancel()}</Button>
            <Button type="submit" look="primary" isPending={isPending}>
              {m.keys_create()}
            </Button>
          </DialogActions>
        </>
      )}
    </SubmitForm>
  );
}

function ScopeFields() {
  const session = useSession();
  const roles = session.status === 'authenticated' ? session.token.roles : [];
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="pb-1 text-sm font-medium">{m.keys_scopes()}</legend>
      <CheckboxField name="scope" value="usage:read">
        <code>usage:read</code> – {m.keys_scope_usage_read()}
      </CheckboxField>
      <CheckboxField name="scope" value="introspect">
        <code>introspect</code> – {m.keys_scope_introspect()}
      </CheckboxField>
      {(roles.includes('service') || roles.includes('admin')) && (
        <CheckboxField name="scope" value="usage:write">
          <code>usage:write</code> – {m.keys_scope_usage_write()}
        </CheckboxField>
      )}
      <Field label={m.keys_scopes_other()} name="scopes" hint={m.keys_scopes_hint()} autoComplete="off" />
    </fieldset>
  );
}

function readScopes(fields: FormData) {
  const others = String(fields.get('scopes')).split(/[\s,]+/);
  return [...new Set([...fields.getAll('scope').map(String), ...others.filter((scope) => scope !== '')])];
}
