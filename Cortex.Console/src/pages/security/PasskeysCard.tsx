import { browserSupportsWebAuthn } from '@simplewebauthn/browser';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, query, type Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { announce } from '@/ui/announce';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { EmptyState } from '@/ui/EmptyState';
import { focusHeading } from '@/ui/focusHeading';
import { Loaded } from '@/ui/Loaded';
import { Notice } from '@/ui/Notice';
import { AddPasskeyDialog } from './AddPasskeyDialog';
import { PasskeyTable } from './PasskeyTable';
import { RenamePasskeyDialog } from './RenamePasskeyDialog';

type Passkey = Schema<'PasskeyResponse'>;

/** As many as the server allows. */
const maxPasskeys = 10;

export function PasskeysCard() {
  const passkeys = query.useQuery('get', '/api/v1/auth/passkeys');
  const queryClient = useQueryClient();
  const [isAdding, setAdding] = useState(false);
  const [renaming, setRenaming] = useState<Passkey>();
  const [removing, setRemoving] = useState<Passkey>();

  async function refresh(status: string) {
    await queryClient.invalidateQueries({ queryKey: ['get', '/api/v1/auth/passkeys'] });
    announce(status);
  }

  async function remove() {
    if (removing) {
      await api.DELETE('/api/v1/auth/passkeys/{id}', { params: { path: { id: removing.id } } });
      await refresh(m.security_passkey_removed());
      focusHeading();
    }
  }

  const isFull = (passkeys.data?.length ?? 0) >= maxPasskeys;
  const canAdd = browserSupportsWebAuthn() && passkeys.data !== undefined && !isFull;
  return (
    <Card
      title={m.security_passkeys()}
      actions={
        canAdd && (
          <Button size="small" onPress={() => setAdding(true)}>
            {m.security_add_passkey()}
          </Button>
        )
      }
    >
      <p className="text-sm text-muted">{m.security_passkeys_text()}</p>
      {!browserSupportsWebAuthn() && (
        <Notice>
          <p>{m.security_passkeys_unsupported()}</p>
        </Notice>
      )}
      {isFull && (
        <Notice>
          <p>{m.security_passkeys_full({ limit: maxPasskeys })}</p>
        </Notice>
      )}
      <Loaded query={passkeys} lines={2}>
        {(data) =>
          data.length === 0 ? (
            <EmptyState title={m.security_passkeys_empty()} />
          ) : (
            <PasskeyTable passkeys={data} onRename={setRenaming} onRemove={setRemoving} />
          )
        }
      </Loaded>
      <AddPasskeyDialog isOpen={isAdding} onClose={() => setAdding(false)} onAdded={() => refresh(m.security_passkey_added())} />
      <RenamePasskeyDialog
        passkey={renaming}
        onClose={() => setRenaming(undefined)}
        onRenamed={() => refresh(m.security_passkey_renamed())}
      />
      <ConfirmDialog
        title={m.security_remove_passkey_title()}
        action={m.security_remove_passkey()}
        isOpen={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        onConfirm={remove}
      >
        <p className="break-words">{m.security_remove_passkey_text({ name: removing?.name ?? '' })}</p>
        <p>{m.security_remove_passkey_hint()}</p>
      </ConfirmDialog>
    </Card>
  );
}
