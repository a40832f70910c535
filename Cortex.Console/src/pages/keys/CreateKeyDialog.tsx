import { useState } from 'react';
import { api, type Schema } from '@/api/client';
import { useConfig } from '@/api/useConfig';
import { m } from '@/paraglide/messages';
import { Dialog } from '@/ui/Dialog';
import { Field } from '@/ui/Field';
import { SelectField } from '@/ui/SelectField';
import { SubmitActions } from '@/ui/SubmitActions';
import { SubmitForm } from '@/ui/SubmitForm';
import { QuotaFields } from './QuotaFields';
import { explainQuota, readQuota } from './quotaForm';
import { readScopes } from './readScopes';
import { ScopeFields } from './ScopeFields';

interface CreateKeyDialogProps {
  isOpen: boolean;
  onClose: () => void;
  onCreated: (key: Schema<'GeneratedApiKeyResponse'>) => void;
}

export function CreateKeyDialog({ isOpen, onClose, onCreated }: CreateKeyDialogProps) {
  const config = useConfig();
  return (
    <Dialog title={m.keys_create()} isOpen={isOpen} onClose={onClose}>
      <CreateKeyForm choices={config?.api_key_scopes ?? null} onClose={onClose} onCreated={onCreated} />
    </Dialog>
  );
}

interface CreateKeyFormProps extends Omit<CreateKeyDialogProps, 'isOpen'> {
  /** The scopes that can be chosen; null if any can. */
  choices: string[] | null;
}

function CreateKeyForm({ choices, onClose, onCreated }: CreateKeyFormProps) {
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
          <ScopeFields choices={choices} />
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
          <SubmitActions submit={m.keys_create()} isPending={isPending} onCancel={onClose} />
        </>
      )}
    </SubmitForm>
  );
}
