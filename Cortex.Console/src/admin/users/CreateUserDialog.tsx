import { useRouter } from '@tanstack/react-router';
import { api } from '@/api/client';
import { m } from '@/paraglide/messages';
import { queryClient } from '@/queryClient';
import { announce } from '@/ui/announce';
import { CheckboxField } from '@/ui/CheckboxField';
import { Dialog } from '@/ui/Dialog';
import { Field } from '@/ui/Field';
import { SelectField } from '@/ui/SelectField';
import { SubmitActions } from '@/ui/SubmitActions';
import { SubmitForm } from '@/ui/SubmitForm';
import { RolesField } from './RolesField';
import { useTiers } from './useTiers';

/** Creates an account without a password; the server sends an invitation to choose one. Afterwards the new user's page opens. */
export function CreateUserDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const router = useRouter();
  const tiers = useTiers('free');

  async function create(fields: FormData) {
    const { data } = await api.POST('/api/v1/admin/users', {
      body: {
        email: String(fields.get('email')).trim(),
        subscription_tier: String(fields.get('subscription_tier')),
        is_verified: fields.has('is_verified'),
        roles: fields.getAll('roles').map(String),
      },
    });
    queryClient.invalidateQueries({ queryKey: ['get', '/api/v1/admin/users'] });
    onClose();
    if (data) {
      announce(m.users_created_user());
      router.navigate({ to: '/admin/users/$id', params: { id: data.id } });
    }
  }

  return (
    <Dialog title={m.users_create()} isOpen={isOpen} onClose={onClose}>
      <SubmitForm onSubmit={create}>
        {(isPending) => (
          <>
            <p className="text-sm text-muted">{m.users_create_text()}</p>
            <Field label={m.common_email()} name="email" type="email" autoComplete="off" isRequired autoFocus />
            <SelectField
              label={m.users_tier()}
              name="subscription_tier"
              defaultValue="free"
              options={tiers.map((tier) => ({ value: tier, label: tier }))}
            />
            <CheckboxField name="is_verified">{m.users_create_verified()}</CheckboxField>
            <RolesField />
            <SubmitActions submit={m.users_create_submit()} isPending={isPending} onCancel={onClose} />
          </>
        )}
      </SubmitForm>
    </Dialog>
  );
}
