import { api } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Dialog } from '@/ui/Dialog';
import { SubmitActions } from '@/ui/SubmitActions';
import { SubmitForm } from '@/ui/SubmitForm';
import { resolveUser } from '../filters/resolveUser';
import { UserField } from '../filters/UserField';
import { refreshBilling } from './refreshBilling';

interface AssignDialogProps {
  eventId: string;
  isOpen: boolean;
  onClose: () => void;
}

/** Says whose an event is that the server couldn't match. */
export function AssignDialog({ eventId, isOpen, onClose }: AssignDialogProps) {
  async function assign(fields: FormData) {
    await api.POST('/api/v1/admin/billing-events/{id}/assign', {
      params: { path: { id: eventId } },
      body: { user_id: (await resolveUser(fields.get('user_id'), 'user_id', true)) ?? null },
    });
    onClose();
    await refreshBilling();
  }

  return (
    <Dialog title={m.billing_events_assign_title()} isOpen={isOpen} onClose={onClose}>
      <SubmitForm onSubmit={assign}>
        {(isPending) => (
          <>
            <p className="text-sm">{m.billing_events_assign_text()}</p>
            <UserField label={m.billing_events_user()} name="user_id" isRequired autoFocus />
            <SubmitActions submit={m.billing_events_assign()} isPending={isPending} onCancel={onClose} />
          </>
        )}
      </SubmitForm>
    </Dialog>
  );
}
