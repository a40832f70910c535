import { api } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Dialog } from '@/ui/Dialog';
import { Field } from '@/ui/Field';
import { SubmitActions } from '@/ui/SubmitActions';
import { SubmitForm } from '@/ui/SubmitForm';
import type { Key } from './keyState';
import { QuotaFields } from './QuotaFields';
import { explainQuota, readQuota } from './quotaForm';

interface EditKeyDialogProps {
  keyToEdit: Key;
  onClose: () => void;
  onSaved: () => void;
}

/** Changes a key's name and quota. */
export function EditKeyDialog({ keyToEdit, onClose, onSaved }: EditKeyDialogProps) {
  async function submit(fields: FormData) {
    await api.PATCH('/api/v1/auth/api-keys/{key_id}', {
      params: { path: { key_id: keyToEdit.id } },
      body: { name: String(fields.get('name')), monthly_quota: readQuota(fields) },
    });
    onSaved();
  }

  return (
    <Dialog title={m.keys_edit_title({ name: keyToEdit.name ?? keyToEdit.prefix ?? '' })} isOpen onClose={onClose}>
      <SubmitForm onSubmit={submit} explain={explainQuota}>
        {(isPending) => (
          <>
            <Field label={m.keys_name()} name="name" isRequired autoFocus autoComplete="off" defaultValue={keyToEdit.name ?? ''} />
            <QuotaFields quota={keyToEdit.monthly_quota} />
            <SubmitActions submit={m.common_save()} isPending={isPending} onCancel={onClose} />
          </>
        )}
      </SubmitForm>
    </Dialog>
  );
}
