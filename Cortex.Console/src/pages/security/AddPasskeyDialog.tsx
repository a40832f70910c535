import { type PublicKeyCredentialCreationOptionsJSON, startRegistration } from '@simplewebauthn/browser';
import { api } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Dialog } from '@/ui/Dialog';
import { Field } from '@/ui/Field';
import { SubmitActions } from '@/ui/SubmitActions';
import { SubmitForm } from '@/ui/SubmitForm';
import { passkeyError } from './passkeyError';
import { platformName } from './platformName';

interface AddPasskeyDialogProps {
  isOpen: boolean;
  onClose: () => void;
  onAdded: () => Promise<void>;
}

export function AddPasskeyDialog({ isOpen, onClose, onAdded }: AddPasskeyDialogProps) {
  async function submit(fields: FormData) {
    const { data } = await api.POST('/api/v1/auth/passkeys/options');
    const credential = await create(data?.options as unknown as PublicKeyCredentialCreationOptionsJSON);
    await api.POST('/api/v1/auth/passkeys', {
      body: {
        passkey_token: data?.passkey_token ?? '',
        credential: credential as unknown as Record<string, never>,
        name: String(fields.get('name')),
      },
    });
    onClose();
    await onAdded();
  }

  return (
    <Dialog title={m.security_add_passkey()} isOpen={isOpen} onClose={onClose}>
      <SubmitForm onSubmit={submit}>
        {(isPending) => (
          <>
            <p className="text-sm">{m.security_add_passkey_text()}</p>
            <Field
              label={m.security_passkey_name()}
              name="name"
              defaultValue={suggestedName()}
              hint={m.security_passkey_name_hint()}
              isRequired
              autoFocus
              autoComplete="off"
            />
            <SubmitActions submit={m.security_create_passkey()} isPending={isPending} onCancel={onClose} />
          </>
        )}
      </SubmitForm>
    </Dialog>
  );
}

async function create(optionsJSON: PublicKeyCredentialCreationOptionsJSON) {
  try {
    return await startRegistration({ optionsJSON });
  } catch (error) {
    throw passkeyError(error);
  }
}

function suggestedName() {
  const platform = platformName(navigator.userAgent);
  return platform ? m.security_passkey_suggested({ platform }) : m.security_passkey_suggested_plain();
}
