import { api, type Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Notice } from '@/ui/Notice';
import { SubmitForm } from '@/ui/SubmitForm';
import { subscriptionText } from './subscriptionText';

/** The tier, what is behind it, and the way to the payment provider's portal. */
export function PlanCard({ billing, hasPortal }: { billing: Schema<'BillingResponse'>; hasPortal: boolean }) {
  const { subscription } = billing;
  return (
    <Card title={m.billing_plan()}>
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-lg font-semibold break-all capitalize">{billing.subscription_tier}</span>
        {subscription?.status === 'past_due' && <Badge tone="danger">{m.billing_past_due_badge()}</Badge>}
        {subscription?.status === 'trialing' && <Badge tone="accent">{m.billing_trial_badge()}</Badge>}
      </div>
      {subscription ? (
        <SubscriptionState subscription={subscription} />
      ) : (
        <p className="text-sm text-muted">{m.billing_no_subscription()}</p>
      )}
      {hasPortal && <PortalButton />}
    </Card>
  );
}

function SubscriptionState({ subscription }: { subscription: Schema<'SubscriptionResponse'> }) {
  const text = <p>{subscriptionText(subscription)}</p>;
  return (
    <>
      {subscription.status === 'past_due' || subscription.status === 'unpaid' ? (
        <Notice tone="warning">
          {text}
          <p>{m.billing_pay_hint()}</p>
        </Notice>
      ) : (
        <div className="text-sm">{text}</div>
      )}
      {subscription.tier === null && <p className="text-sm text-muted">{m.billing_unknown_product()}</p>}
    </>
  );
}

/** The portal's address gives access to the user's billing, so it is asked for at the click and kept nowhere. */
function PortalButton() {
  async function open() {
    const { data } = await api.GET('/api/v1/billing/portal');
    if (data) {
      location.assign(data.url);
    }
  }

  return (
    <SubmitForm onSubmit={open} aria-label={m.billing_portal()}>
      {(isPending) => (
        <div className="flex flex-col items-start gap-2">
          <p className="text-sm text-muted">{m.billing_portal_text()}</p>
          <Button type="submit" isPending={isPending}>
            {m.billing_portal()}
          </Button>
        </div>
      )}
    </SubmitForm>
  );
}
