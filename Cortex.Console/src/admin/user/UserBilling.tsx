import { query, type Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Badge, type BadgeTone } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { EmptyState } from '@/ui/EmptyState';
import { Loaded } from '@/ui/Loaded';
import { Notice } from '@/ui/Notice';
import { TextLink } from '@/ui/TextLink';
import { Time } from '@/ui/Time';
import type { UserDetails } from './adminUser';
import { Detail } from './Detail';
import { Details } from './Details';

const tones: Record<string, BadgeTone> = { active: 'success', trialing: 'success', past_due: 'danger', unpaid: 'danger' };

/** The subscription behind a user's tier. */
export function UserBilling({ user }: { user: UserDetails }) {
  const billing = query.useQuery('get', '/api/v1/admin/users/{id}/billing', { params: { path: { id: user.id } } });
  return (
    <Card title={m.common_nav_billing()}>
      <Loaded query={billing} lines={5}>
        {({ subscription, subscription_tier, portal_available }) => (
          <>
            {subscription?.past_due_since && (
              <Notice tone="warning">
                <p>
                  {m.user_past_due()} <Time value={subscription.past_due_since} />.
                </p>
                {subscription.access_until && (
                  <p>
                    {isPast(subscription.access_until) ? m.user_past_due_over() : m.user_past_due_until()}{' '}
                    <Time value={subscription.access_until} />.
                  </p>
                )}
              </Notice>
            )}
            {subscription ? (
              <Subscription value={subscription} tier={subscription_tier} />
            ) : (
              <EmptyState title={m.user_no_subscription({ tier: subscription_tier })} />
            )}
            <p className="text-sm text-muted">{portal_available ? m.user_customer() : m.user_no_customer()}</p>
          </>
        )}
      </Loaded>
      <p className="text-sm">
        <TextLink to="/admin/billing-events" search={{ user: user.id }}>
          {m.user_billing_events()}
        </TextLink>
      </p>
    </Card>
  );
}

function isPast(time: string) {
  return Date.parse(time) <= Date.now();
}

function Subscription({ value, tier }: { value: Schema<'SubscriptionResponse'>; tier: string }) {
  return (
    <Details>
      <Detail name={m.users_tier()}>{tier}</Detail>
      <Detail name={m.user_subscription()}>
        <Badge tone={tones[value.status]}>{value.status}</Badge>
      </Detail>
      <Detail name={m.user_product_tier()}>{value.tier ?? m.user_no_product_tier()}</Detail>
      <Detail name={m.user_product()}>
        <code className="break-all">{value.product_id}</code>
      </Detail>
      <Detail name={m.user_period_start()}>{value.current_period_start ? <Time value={value.current_period_start} /> : '–'}</Detail>
      <Detail name={value.cancel_at_period_end ? m.user_period_ends() : m.user_period_renews()}>
        {value.current_period_end ? <Time value={value.current_period_end} /> : '–'}
      </Detail>
      {value.access_until && (
        <Detail name={m.user_access_until()}>
          <Time value={value.access_until} />
        </Detail>
      )}
    </Details>
  );
}
