import { type UseQueryResult, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Loaded } from '@/ui/Loaded';
import { Notice } from '@/ui/Notice';
import { DisableTwoFactorDialog } from './DisableTwoFactorDialog';
import { RecoveryCodesDialog } from './RecoveryCodesDialog';
import { RecoveryCodesLeft } from './RecoveryCodesLeft';
import { RenewCodesDialog } from './RenewCodesDialog';
import { SetUpTwoFactor } from './SetUpTwoFactor';

interface TwoFactorCardProps {
  email: string;
  status: UseQueryResult<Schema<'TwoFactorStatusResponse'>, unknown>;
}

/** Turns the authenticator app on and off, and shows the recovery codes once. */
export function TwoFactorCard({ email, status }: TwoFactorCardProps) {
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<'set-up' | 'disable' | 'renew'>();
  const [codes, setCodes] = useState<string[]>();
  const [done, setDone] = useState<string>();

  function finish(text: string, newCodes?: string[]) {
    setOpen(undefined);
    setCodes(newCodes);
    setDone(text);
    queryClient.invalidateQueries({ queryKey: ['get', '/api/v1/auth/2fa'] });
    queryClient.invalidateQueries({ queryKey: ['get', '/api/v1/auth/me'] });
  }

  function start(dialog: typeof open) {
    setDone(undefined);
    setOpen(dialog);
  }

  const isEnabled = status.data?.enabled;
  return (
    <Card title={m.security_two_factor()} actions={isEnabled !== undefined && <State isOn={isEnabled} />}>
      {done && (
        <Notice tone="success" isStatus>
          <p>{done}</p>
        </Notice>
      )}
      <Loaded query={status} lines={4}>
        {({ enabled, recovery_codes_left }) =>
          enabled ? (
            <>
              <p className="text-sm text-muted">{m.security_two_factor_on_text()}</p>
              <RecoveryCodesLeft count={recovery_codes_left} />
              <div className="flex flex-wrap gap-2">
                <Button onPress={() => start('renew')}>{m.security_renew_codes()}</Button>
                <Button onPress={() => start('disable')}>{m.security_disable()}</Button>
              </div>
            </>
          ) : (
            <>
              <p className="text-sm text-muted">{m.security_two_factor_off_text()}</p>
              <SetUpTwoFactor
                isOpen={open === 'set-up'}
                onOpen={() => start('set-up')}
                onClose={() => setOpen(undefined)}
                onEnabled={(newCodes) => finish(m.security_enabled(), newCodes)}
              />
            </>
          )
        }
      </Loaded>
      <DisableTwoFactorDialog
        email={email}
        isOpen={open === 'disable'}
        onClose={() => setOpen(undefined)}
        onDisabled={() => finish(m.security_disabled())}
      />
      <RenewCodesDialog
        isOpen={open === 'renew'}
        onClose={() => setOpen(undefined)}
        onRenewed={(newCodes) => finish(m.security_renewed(), newCodes)}
      />
      {codes && <RecoveryCodesDialog codes={codes} email={email} onSaved={() => setCodes(undefined)} />}
    </Card>
  );
}

function State({ isOn }: { isOn: boolean }) {
  return isOn ? <Badge tone="success">{m.security_on()}</Badge> : <Badge tone="warning">{m.security_off()}</Badge>;
}
