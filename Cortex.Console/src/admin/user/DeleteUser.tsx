import { useState } from 'react';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Field } from '@/ui/Field';
import { SubmitActions } from '@/ui/SubmitActions';
import { SubmitForm } from '@/ui/SubmitForm';
import type { UserDetails } from './adminUser';

/** Deletes an account once its email has been typed, so that nobody deletes the wrong one. */
export function DeleteUser({ user, onDelete }: { user: UserDetails; onDelete: () => Promise<unknown> }) {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  function open() {
    setTyped('');
    setOpen(true);
  }

  return (
    <>
      <Button look="danger" onPress={open}>
        {m.user_delete()}
      </Button>
      <Dialog title={m.user_delete()} isOpen={isOpen} onClose={() => setOpen(false)}>
        <SubmitForm onSubmit={onDelete}>
          {(isPending) => (
            <>
              <p className="text-sm">{m.user_delete_text()}</p>
              <Field
                label={m.user_delete_confirm({ email: user.email })}
                name="confirmation"
                autoComplete="off"
                spellCheck="false"
                value={typed}
                onChange={setTyped}
                autoFocus
              />
              <SubmitActions
                submit={m.user_delete()}
                look="danger"
                isPending={isPending}
                isDisabled={typed.trim() !== user.email}
                onCancel={() => setOpen(false)}
              />
            </>
          )}
        </SubmitForm>
      </Dialog>
    </>
  );
}
