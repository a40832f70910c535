import { useState } from 'react';
import { api } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Field } from '@/ui/Field';
import { Notice } from '@/ui/Notice';
import { SubmitForm } from '@/ui/SubmitForm';
import { UsernameField } from '@/ui/UsernameField';

export function PasswordCard({ email }: { email: string }) {
  const [changes, setChanges] = useState(0);

  async function submit(fields: FormData) {
    await api.PATCH('/api/v1/auth/me/password', {
      body: { current_password: String(fields.get('current_password')), new_password: String(fields.get('new_password')) },
    });
    setChanges(changes + 1);
  }

  return (
    <Card title={m.security_password()}>
      <p className="text-sm text-muted">{m.security_password_text()}</p>
      {changes > 0 && (
        <Notice key={`changed-${changes}`} tone="success" isStatus>
          <p>{m.security_password_changed()}</p>
        </Notice>
      )}
      {/* A new key empties the fields after a change. */}
      <SubmitForm key={changes} onSubmit={submit}>
        {(isPending) => (
          <div className="flex max-w-sm flex-col gap-4">
            <UsernameField email={email} />
            <Field
              label={m.security_current_password()}
              name="current_password"
              type="password"
              autoComplete="current-password"
              isRequired
            />
            <Field label={m.security_new_password()} name="new_password" type="password" autoComplete="new-password" isRequired />
            <div>
              <Button type="submit" isPending={isPending}>
                {m.security_change_password()}
              </Button>
            </div>
          </div>
        )}
      </SubmitForm>
    </Card>
  );
}
