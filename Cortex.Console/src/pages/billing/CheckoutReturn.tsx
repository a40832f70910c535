import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import { hasArrived } from './hasArrived';

const route = getRouteApi('/app/billing');
const interval = 2_000;
const maxAttempts = 15;

interface CheckoutReturnProps {
  billing: Schema<'BillingResponse'> | undefined;
  refetch: () => Promise<unknown>;
}

/** After a payment, asks a few times until the payment provider has told the server, and says what came of it. */
export function CheckoutReturn({ billing, refetch }: CheckoutReturnProps) {
  const { checkout_id, from } = route.useSearch();
  const queryClient = useQueryClient();
  const [attempts, setAttempts] = useState(0);
  const isReturn = checkout_id !== undefined;
  const isDone = isReturn && billing !== undefined && hasArrived(billing, from);
  const isWaiting = isReturn && !isDone && attempts < maxAttempts;

  useEffect(() => {
    if (isWaiting) {
      const timer = setTimeout(() => refetch().finally(() => setAttempts(attempts + 1)), interval);
      return () => clearTimeout(timer);
    }
  }, [isWaiting, attempts, refetch]);
  useEffect(() => {
    if (isDone) {
      // The new tier has other limits.
      queryClient.invalidateQueries({ queryKey: ['get', '/api/v1/usage/quota'] });
      queryClient.invalidateQueries({ queryKey: ['get', '/api/v1/auth/me'] });
    }
  }, [isDone, queryClient]);

  if (!isReturn) {
    return null;
  }

  if (isDone) {
    return (
      <Notice tone="success" isStatus>
        <p>{m.billing_payment_done({ tier: billing.subscription_tier })}</p>
      </Notice>
    );
  }

  return isWaiting ? (
    <Notice isStatus>
      <p>{m.billing_payment_waiting()}</p>
    </Notice>
  ) : (
    <Notice tone="warning" isStatus>
      <p>{m.billing_payment_late()}</p>
      <Button size="small" onPress={() => setAttempts(0)}>
        {m.billing_payment_check()}
      </Button>
    </Notice>
  );
}
