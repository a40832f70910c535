import { useState } from 'react';
import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { DeleteAccountDialog } from './DeleteAccountDialog';

export function DeleteAccountCard({ user }: { user: Schema<'UserResponse'> }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Card title={m.account_delete_title()}>
      <p className="text-sm">{m.account_delete_text()}</p>
      <div>
        <Button look="danger" onPress={() => setOpen(true)}>
          {m.account_delete_action()}
        </Button>
      </div>
      <DeleteAccountDialog user={user} isOpen={isOpen} onClose={() => setOpen(false)} />
    </Card>
  );
}
