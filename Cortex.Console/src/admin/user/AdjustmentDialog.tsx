import { api } from '@/api/client';
import { ApiError } from '@/api/problem';
import { m } from '@/paraglide/messages';
import { Dialog } from '@/ui/Dialog';
import { Field } from '@/ui/Field';
import { SubmitActions } from '@/ui/SubmitActions';
import { SubmitForm } from '@/ui/SubmitForm';
import { refreshUser, type UserDetails } from './adminUser';
import { amount, wholeNumber } from './numberField';

interface AdjustmentDialogProps {
  user: UserDetails;
  isOpen: boolean;
  onClose: () => void;
  onDone: (text: string) => void;
}

/** Corrects a user's usage by an event of its own; the ledger itself is never changed. */
export function AdjustmentDialog({ user, isOpen, onClose, onDone }: AdjustmentDialogProps) {
  async function adjust(fields: FormData) {
    await api.POST('/api/v1/admin/users/{id}/usage/adjustments', {
      params: { path: { id: user.id } },
      body: {
        tokens_used: wholeNumber(fields.get('tokens_used')),
        cost_usd: amount(fields.get('cost_usd')),
        reason: String(fields.get('reason')),
      },
    });
    await refreshUser();
    onClose();
    onDone(m.user_adjusted());
  }

  return (
    <Dialog title={m.user_adjust()} isOpen={isOpen} onClose={onClose}>
      <SubmitForm onSubmit={adjust} explain={explain}>
        {(isPending) => (
          <>
            <p className="text-sm text-muted">{m.user_adjust_text()}</p>
            <Field label={m.user_adjust_tokens()} name="tokens_used" autoComplete="off" />
            <Field label={m.user_adjust_cost()} name="cost_usd" autoComplete="off" />
            <Field label={m.user_adjust_reason()} name="reason" hint={m.user_adjust_reason_hint()} isRequired autoComplete="off" />
            <SubmitActions submit={m.user_adjust_submit()} isPending={isPending} onCancel={onClose} />
          </>
        )}
      </SubmitForm>
    </Dialog>
  );
}

/** One of the two numbers is enough. As messages of both fields, the browser would have both changed before it sends the form again. */
function explain(error: ApiError) {
  const { problem } = error;
  return problem?.errors?.tokens_used && problem.errors.cost_usd && !problem.errors.reason
    ? new ApiError(error.status, error.code, m.user_adjust_zero(), { ...problem, errors: undefined })
    : error;
}
