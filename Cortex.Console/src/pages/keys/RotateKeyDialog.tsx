import { useState } from 'react';
import { api, type Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Dialog } from '@/ui/Dialog';
import { Field } from '@/ui/Field';
import { SelectField } from '@/ui/SelectField';
import { SubmitActions } from '@/ui/SubmitActions';
import { SubmitForm } from '@/ui/SubmitForm';
import type { Key } from './keyState';

interface RotateKeyDialogProps {
  keyToRotate: Key;
  onClose: () => void;
  onRotated: (key: Schema<'GeneratedApiKeyResponse'>) => void;
}

/** Replaces a key, and lets the old one work for a while, until every program has the new one. */
export function RotateKeyDialog({ keyToRotate, onClose, onRotated }: RotateKeyDialogProps) {
  const [overlap, setOverlap] = useState('3600');

  async function submit(fields: FormData) {
    const seconds = overlap === 'custom' ? String(fields.get('overlap_seconds')) : overlap;
    const { data } = await api.POST('/api/v1/auth/api-keys/{key_id}/rotate', {
      params: { path: { key_id: keyToRotate.id } },
      body: { overlap_seconds: Number(seconds) },
    });
    if (data) {
      onRotated(data);
    }
  }

  return (
    <Dialog title={m.keys_rotate_title({ name: keyToRotate.name ?? keyToRotate.prefix ?? '' })} isOpen onClose={onClose}>
      <p className="text-sm">{m.keys_rotate_text()}</p>
      <SubmitForm onSubmit={submit}>
        {(isPending) => (
          <>
            <SelectField
              label={m.keys_overlap()}
              value={overlap}
              onChange={setOverlap}
              options={[
                { value: '0', label: m.keys_overlap_none() },
                { value: '3600', label: m.keys_overlap_hour() },
                { value: '86400', label: m.keys_overlap_day() },
                { value: 'custom', label: m.keys_overlap_custom() },
              ]}
            />
            {overlap === 'custom' && (
              <Field
                label={m.keys_overlap_seconds()}
                name="overlap_seconds"
                type="number"
                hint={m.keys_overlap_hint()}
                isRequired
                input={{ min: 0 }}
              />
            )}
            <SubmitActions submit={m.keys_rotate()} isPending={isPending} onCancel={onClose} />
          </>
        )}
      </SubmitForm>
    </Dialog>
  );
}
