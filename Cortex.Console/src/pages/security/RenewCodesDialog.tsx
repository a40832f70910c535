import { api } from '@/api/client';
import { m } from '@/paraglide/messages';
import { CodeField } from '@/ui/CodeField';
import { Dialog } from '@/ui/Dialog';
import { SubmitActions } from '@/ui/SubmitActions';
import { SubmitForm } from '@/ui/SubmitForm';
import { withoutSpaces } from './secondFactor';

interface RenewCodesDialogProps {
  isOpen: boolean;
  onClose: () => void;
  onRenewed: (codes: string[]) => void;
}

export function RenewCodesDialog({ isOpen, onClose, onRenewed }: RenewCodesDialogProps) {
  async function submit(fields: FormData) {
    const { data } = await api.POST('/api/v1/auth/2fa/recovery-codes', { body: { code: withoutSpaces(fields.get('code')) } });
    onRenewed(data?.recovery_codes ?? []);
  }

  return (
    <Dialog title={m.security_renew_title()} isOpen={isOpen} onClose={onClose}>
      <SubmitForm onSubmit={submit}>
        {(isPending) => (
          <>
            <p className="text-sm">{m.security_renew_text()}</p>
            <CodeField label={m.security_code()} autoFocus />
            <SubmitActions submit={m.security_renew_action()} isPending={isPending} onCancel={onClose} />
          </>
        )}
      </SubmitForm>
    </Dialog>
  );
}
