import { api } from '@/api/client';
import { m } from '@/paraglide/messages';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import type { Key } from './keyState';

export function RevokeKeyDialog({ keyToRevoke, onClose }: { keyToRevoke: Key; onClose: () => void }) {
  return (
    <ConfirmDialog
      title={m.keys_revoke_title({ name: keyToRevoke.name ?? keyToRevoke.prefix ?? '' })}
      action={m.keys_revoke_key()}
      isOpen
      onClose={onClose}
      onConfirm={() => api.DELETE('/api/v1/auth/api-keys/{key_id}', { params: { path: { key_id: keyToRevoke.id } } })}
    >
      <p>{m.keys_revoke_text()}</p>
    </ConfirmDialog>
  );
}
