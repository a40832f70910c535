import { useState } from 'react';
import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Notice } from '@/ui/Notice';
import { ChangeEmailDialog } from './ChangeEmailDialog';
import { ResendVerification } from './ResendVerification';

/** The account's address, whether it is verified, and how to change it. */
export function EmailCard({ user }: { user: Schema<'UserResponse'> }) {
  const [isChanging, setChanging] = useState(false);
  const [sentTo, setSentTo] = useState<string>();
  return (
    <Card
      title={m.common_email()}
      actions={
        <Button size="small" onPress={() => setChanging(true)}>
          {m.account_change_email()}
        </Button>
      }
    >
      <div className="flex flex-wrap items-center gap-2">
        <span className="min-w-0 break-all">{user.email}</span>
        {user.is_verified ? <Badge tone="success">{m.account_verified()}</Badge> : <Badge tone="warning">{m.account_not_verified()}</Badge>}
      </div>
      {!user.is_verified && <ResendVerification email={user.email} />}
      {sentTo && (
        <Notice tone="success" isStatus>
          <p className="break-words">{m.account_change_sent({ email: sentTo })}</p>
        </Notice>
      )}
      <ChangeEmailDialog
        email={user.email}
        isOpen={isChanging}
        onClose={() => setChanging(false)}
        onSent={(email) => {
          setSentTo(email);
          setChanging(false);
        }}
      />
    </Card>
  );
}
