import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { formatTime } from '@/ui/format';

type Subscription = Schema<'SubscriptionResponse'>;

/** Whether the subscription is running, so that another purchase would be a second one. */
export function isRunning(subscription: Subscription | null): boolean {
  return subscription !== null && ['active', 'trialing', 'past_due'].includes(subscription.status);
}

/** The state of a subscription in a sentence. */
export function subscriptionText(subscription: Subscription, now = Date.now()): string {
  const { status, current_period_end, cancel_at_period_end, past_due_since } = subscription;
  const end = current_period_end ? formatTime(current_period_end, true) : undefined;
  if (status === 'past_due') {
    return past_due_since ? m.billing_past_due_since({ date: formatTime(past_due_since, true) }) : m.billing_past_due();
  }

  if (status === 'active' || status === 'trialing') {
    if (cancel_at_period_end) {
      return end ? m.billing_ends_on({ date: end }) : m.billing_ends();
    }

    if (status === 'trialing') {
      return end ? m.billing_trial_until({ date: end }) : m.billing_trial();
    }

    return end ? m.billing_renews_on({ date: end }) : m.billing_active();
  }

  switch (status) {
    case 'canceled':
      return end && Date.parse(current_period_end ?? '') > now ? m.billing_ends_on({ date: end }) : m.billing_canceled();
    case 'unpaid':
      return m.billing_unpaid();
    case 'paused':
      return m.billing_paused();
    case 'incomplete':
      return m.billing_incomplete();
    case 'incomplete_expired':
      return m.billing_incomplete_expired();
    default:
      return m.billing_other_status({ status });
  }
}
