import { api } from '@/api/client';
import { m } from '@/paraglide/messages';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { refreshBilling } from './refreshBilling';

interface ReplayDialogProps {
  eventId: string;
  isOpen: boolean;
  onClose: () => void;
}

export function ReplayDialog({ eventId, isOpen, onClose }: ReplayDialogProps) {
  async function replay() {
    await api.POST('/api/v1/admin/billing-events/{id}/replay', { params: { path: { id: eventId } } });
    await refreshBilling();
  }

  return (
    <ConfirmDialog
      title={m.billing_events_replay_title()}
      action={m.billing_events_replay()}
      isOpen={isOpen}
      onClose={onClose}
      onConfirm={replay}
    >
      <p>{m.billing_events_replay_text()}</p>
    </ConfirmDialog>
  );
}
