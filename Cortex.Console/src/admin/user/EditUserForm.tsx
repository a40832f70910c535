import { useState } from 'react';
import { RolesField } from '@/admin/users/RolesField';
import { useTiers } from '@/admin/users/useTiers';
import { api } from '@/api/client';
import { ApiError } from '@/api/problem';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { CheckboxField } from '@/ui/CheckboxField';
import { SelectField } from '@/ui/SelectField';
import { SubmitForm } from '@/ui/SubmitForm';
import { loadUser, refreshUser, type VersionedUser } from './adminUser';
import { ConflictForm } from './ConflictForm';
import { changesFrom, differences, type Editable, editableOf } from './editing';

/** Changes that aren't saved, with the version that they were made to. */
interface Draft {
  base: VersionedUser;
  values: Editable;
}

/** Changes what administrators may change of an account. If somebody else has changed it in the meantime, both versions are shown side by side. */
export function EditUserForm({ data, onDone }: { data: VersionedUser; onDone: (text?: string) => void }) {
  const [draft, setDraft] = useState<Draft>();
  const [theirs, setTheirs] = useState<VersionedUser>();
  const base = draft?.base ?? data;
  const values = draft?.values ?? editableOf(data.user);
  const tiers = useTiers(values.subscription_tier);
  const isChanged = differences(base.user, values).length > 0;
  const edit = (changes: Partial<Editable>) => setDraft({ base, values: { ...values, ...changes } });

  /** Saves a version as a change to another one. What was said about an earlier change would be mistaken for the outcome of this one. */
  async function save(before: VersionedUser, after: Editable) {
    const { id } = before.user;
    onDone();
    try {
      await api.PATCH('/api/v1/admin/users/{id}', {
        params: { path: { id }, header: { 'If-Match': before.version } },
        body: changesFrom(before.user, after),
      });
    } catch (error) {
      if (error instanceof ApiError && error.code === 'precondition_failed') {
        setDraft({ base: before, values: after });
        setTheirs(await loadUser(id));
        return;
      }

      throw error;
    }

    await refreshUser();
    discard();
    onDone(m.user_saved());
  }

  function discard() {
    setDraft(undefined);
    setTheirs(undefined);
  }

  async function takeTheirs() {
    await refreshUser();
    discard();
  }

  if (theirs && draft) {
    return (
      <ConflictForm
        key={theirs.version}
        base={draft.base.user}
        mine={draft.values}
        theirs={theirs.user}
        onSave={(chosen) => save(theirs, chosen)}
        onDiscard={takeTheirs}
      />
    );
  }

  return (
    <Card title={m.user_edit()}>
      <SubmitForm onSubmit={() => save(base, values)}>
        {(isPending) => (
          <>
            <div className="max-w-xs">
              <SelectField
                label={m.users_tier()}
                value={values.subscription_tier}
                options={tiers.map((tier) => ({ value: tier, label: tier }))}
                onChange={(subscription_tier) => edit({ subscription_tier })}
              />
            </div>
            <CheckboxField isSelected={values.is_active} onChange={(is_active) => edit({ is_active })}>
              {m.user_field_active()} <span className="text-muted">– {m.user_field_active_hint()}</span>
            </CheckboxField>
            <CheckboxField isSelected={values.is_verified} onChange={(is_verified) => edit({ is_verified })}>
              {m.user_field_verified()}
            </CheckboxField>
            <RolesField value={values.roles} onChange={(roles) => edit({ roles })} />
            <div className="flex flex-wrap gap-2">
              <Button type="submit" look="primary" isPending={isPending} isDisabled={!isChanged}>
                {m.common_save()}
              </Button>
              {isChanged && <Button onPress={discard}>{m.user_discard()}</Button>}
            </div>
          </>
        )}
      </SubmitForm>
    </Card>
  );
}
