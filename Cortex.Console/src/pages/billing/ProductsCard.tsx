import { useState } from 'react';
import { api, type Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { SubmitForm } from '@/ui/SubmitForm';
import { isRunning } from './subscriptionText';
import { TierLimits } from './TierLimits';

type Product = Schema<'ProductResponse'>;

interface ProductsCardProps {
  billing: Schema<'BillingResponse'>;
  /** What the tiers allow, as far as it is known. */
  tiers?: Schema<'TierLimits'>[];
}

/** The products that can be subscribed to. Their prices are on the payment provider's page. */
export function ProductsCard({ billing, tiers }: ProductsCardProps) {
  const [second, setSecond] = useState<Product>();
  const hasSubscription = isRunning(billing.subscription);

  async function buy(product: Product) {
    const { data } = await api.POST('/api/v1/billing/checkout', {
      body: { product_id: product.id, success_path: `/billing?from=${encodeURIComponent(billing.subscription_tier)}` },
    });
    if (data) {
      location.assign(data.url);
    }
  }

  return (
    <Card title={m.billing_products()}>
      <p className="text-sm text-muted">{m.billing_products_text()}</p>
      <ul className="flex flex-col divide-y divide-line">
        {billing.products.map((product) => {
          const isCurrent = hasSubscription && billing.subscription?.product_id === product.id;
          const limits = tiers?.find(({ tier }) => tier === product.tier);
          const label = m.billing_subscribe_label({ tier: product.tier });
          return (
            <li key={product.id} className="flex flex-wrap items-center justify-between gap-2 py-3 first:pt-0 last:pb-0">
              <div className="min-w-0">
                <p className="font-medium break-all capitalize">{product.tier}</p>
                {limits && <TierLimits limits={limits} />}
              </div>
              {isCurrent && <Badge tone="accent">{m.billing_current()}</Badge>}
              {!isCurrent && hasSubscription && (
                <Button aria-label={label} onPress={() => setSecond(product)}>
                  {m.billing_subscribe()}
                </Button>
              )}
              {!isCurrent && !hasSubscription && (
                <SubmitForm onSubmit={() => buy(product)} aria-label={label}>
                  {(isPending) => (
                    <Button type="submit" look="primary" aria-label={label} isPending={isPending}>
                      {m.billing_subscribe()}
                    </Button>
                  )}
                </SubmitForm>
              )}
            </li>
          );
        })}
      </ul>
      <ConfirmDialog
        title={m.billing_second_title()}
        action={m.billing_second_action()}
        isOpen={second !== undefined}
        onClose={() => setSecond(undefined)}
        onConfirm={async () => second && (await buy(second))}
      >
        <p>{m.billing_second_text()}</p>
        <p>{m.billing_second_hint()}</p>
      </ConfirmDialog>
    </Card>
  );
}
