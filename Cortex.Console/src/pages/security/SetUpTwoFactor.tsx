import { api } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { CodeField } from '@/ui/CodeField';
import { Dialog } from '@/ui/Dialog';
import { DialogActions } from '@/ui/DialogActions';
import { SubmitForm } from '@/ui/SubmitForm';
import { AuthenticatorSecret } from './AuthenticatorSecret';
import { withoutSpaces } from './secondFactor';
import { useTwoFactorSetup } from './useTwoFactorSetup';

interface SetUpTwoFactorProps {
  isOpen: boolean;
  onOpen: () => void;
  onClose: () => void;
  /** Called with the recovery codes. */
  onEnabled: (codes: string[]) => void;
}

/** Shows the secret for the authenticator app, and turns two-factor authentication on with the first code. */
export function SetUpTwoFactor({ isOpen, onOpen, onClose, onEnabled }: SetUpTwoFactorProps) {
  const { setup, begin, forget } = useTwoFactorSetup();

  async function open() {
    if (!setup) {
      await begin();
    }

    onOpen();
  }

  async function verify(fields: FormData) {
    const { data } = await api.POST('/api/v1/auth/2fa/verify', { body: { code: withoutSpaces(fields.get('code')) } });
    forget();
    onEnabled(data?.recovery_codes ?? []);
  }

  return (
    <>
      <SubmitForm onSubmit={open} aria-label={m.security_set_up()}>
        {(isPending) => (
          <div>
            <Button type="submit" look="primary" isPending={isPending}>
              {setup ? m.security_continue_set_up() : m.security_set_up()}
            </Button>
          </div>
        )}
      </SubmitForm>
      <Dialog title={m.security_set_up_title()} isOpen={isOpen && setup !== undefined} onClose={onClose}>
        {setup && (
          <>
            <AuthenticatorSecret setup={setup} />
            <SubmitForm onSubmit={verify}>
              {(isPending) => (
                <>
                  <CodeField label={m.security_first_code()} autoFocus />
                  <DialogActions>
                    <Button onPress={onClose}>{m.security_later()}</Button>
                    <Button type="submit" look="primary" isPending={isPending}>
                      {m.security_turn_on()}
                    </Button>
                  </DialogActions>
                </>
              )}
            </SubmitForm>
            <SubmitForm onSubmit={begin} aria-label={m.security_new_secret()}>
              {(isPending) => (
                <p className="flex flex-wrap items-center gap-1 text-sm text-muted">
                  {m.security_new_secret_text()}
                  <Button type="submit" look="plain" size="small" isPending={isPending}>
                    {m.security_new_secret()}
                  </Button>
                </p>
              )}
            </SubmitForm>
          </>
        )}
      </Dialog>
    </>
  );
}
