import { api } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Dialog } from '@/ui/Dialog';
import { Field } from '@/ui/Field';
import { SelectField } from '@/ui/SelectField';
import { SubmitActions } from '@/ui/SubmitActions';
import { SubmitForm } from '@/ui/SubmitForm';
import { refreshUser, type UserDetails } from './adminUser';
import { amount, wholeNumber } from './numberField';

interface QuotaDialogProps {
  user: UserDetails;
  isOpen: boolean;
  onClose: () => void;
  onDone: (text: string) => void;
}

/** Sets a quota for one user, which overrides that of the tier. Empty fields are as the tier has them. */
export function QuotaDialog({ user, isOpen, onClose, onDone }: QuotaDialogProps) {
  async function save(fields: FormData) {
    const mode = String(fields.get('mode'));
    await api.PUT('/api/v1/admin/users/{id}/quota', {
      params: { path: { id: user.id } },
      body: {
        mode: mode === '' ? null : mode,
        requests: wholeNumber(fields.get('requests')),
        tokens: wholeNumber(fields.get('tokens')),
        cost_usd: amount(fields.get('cost_usd')),
      },
    });
    await refreshUser();
    onClose();
    onDone(m.user_quota_saved());
  }

  const text = (value: number | string | null | undefined) => (value == null ? '' : String(value));
  return (
    <Dialog title={m.user_change_quota()} isOpen={isOpen} onClose={onClose}>
      <SubmitForm onSubmit={save}>
        {(isPending) => (
          <>
            <p className="text-sm text-muted">{m.user_quota_text()}</p>
            <Field
              label={m.user_quota_requests()}
              name="requests"
              defaultValue={text(user.quota?.requests)}
              input={{ inputMode: 'numeric' }}
            />
            <Field label={m.user_quota_tokens()} name="tokens" defaultValue={text(user.quota?.tokens)} input={{ inputMode: 'numeric' }} />
            <Field label={m.user_quota_cost()} name="cost_usd" defaultValue={text(user.quota?.cost_usd)} input={{ inputMode: 'decimal' }} />
            <SelectField
              label={m.user_quota_mode()}
              name="mode"
              defaultValue={user.quota?.mode ?? ''}
              options={[
                { value: '', label: m.user_quota_mode_default() },
                { value: 'soft', label: m.user_quota_mode_soft() },
                { value: 'hard', label: m.user_quota_mode_hard() },
              ]}
            />
            <SubmitActions submit={m.common_save()} isPending={isPending} onCancel={onClose} />
          </>
        )}
      </SubmitForm>
    </Dialog>
  );
}
