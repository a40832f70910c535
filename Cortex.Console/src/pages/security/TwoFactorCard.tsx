import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Notice } from '@/ui/Notice';
import { DisableTwoFactorDialog } from './DisableTwoFactorDialog';
import { RecoveryCodesDialog } from './RecoveryCodesDialog';
import { RenewCodesDialog } from './RenewCodesDialog';
import { SetUpTwoFactor } from './SetUpTwoFactor';

/** Turns the authenticator app on and off, and shows the recovery codes once. */
export function TwoFactorCard({ user }: { user: Schema<'UserResponse'> }) {
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<'set-up' | 'disable' | 'renew'>();
  const [codes, setCodes] = useState<string[]>();
  const [status, setStatus] = useState<string>();

  function finish(text: string, newCodes?: string[]) {
    setOpen(undefined);
    setCodes(newCodes);
    setStatus(text);
    queryClient.invalidateQueries({ queryKey: ['get', '/api/v1/auth/me'] });
  }

  function start(dialog: typeof open) {
    setStatus(undefined);
    setOpen(dialog);
  }

  const isEnabled = user.two_factor_enabled;
  return (
    <Card
      title={m.security_two_factor()}
      actions={isEnabled ? <Badge tone="success">{m.security_on()}</Badge> : <Badge tone="warning">{m.security_off()}</Badge>}
    >
      <p className="text-sm text-muted">{isEnabled ? m.security_two_factor_on_text() : m.security_two_factor_off_text()}</p>
      {status && (
        <Notice tone="success" isStatus>
          <p>{status}</p>
        </Notice>
      )}
      {isEnabled ? (
        <div className="flex flex-wrap gap-2">
          <Button onPress={() => start('renew')}>{m.security_renew_codes()}</Button>
          <Button onPress={() => start('disable')}>{m.security_disable()}</Button>
        </div>
      ) : (
        <SetUpTwoFactor
          isOpen={open === 'set-up'}
          onOpen={() => start('set-up')}
          onClose={() => setOpen(undefined)}
          onEnabled={(newCodes) => finish(m.security_enabled(), newCodes)}
        />
      )}
      <DisableTwoFactorDialog
        email={user.email}
        isOpen={open === 'disable'}
        onClose={() => setOpen(undefined)}
        onDisabled={() => finish(m.security_disabled())}
      />
      <RenewCodesDialog
        isOpen={open === 'renew'}
        onClose={() => setOpen(undefined)}
        onRenewed={(newCodes) => finish(m.security_renewed(), newCodes)}
      />
      {codes && <RecoveryCodesDialog codes={codes} email={user.email} onSaved={() => setCodes(undefined)} />}
    </Card>
  );
}
