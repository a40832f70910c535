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
  const { status, current_period_end, cancel_at_period_end, access_until } = subscription;
  const end = current_period_end ? formatTime(current_period_end, true) : undefined;
  if (status === 'past_due') {
    return pastDueText(subscription, now);
  }

  if (status === 'active' || status === 'trialing') {
    if (cancel_at_period_end) {
      return access_until ? m.billing_ends_on({ date: formatTime(access_until, true) }) : m.billing_ends();
    }

    if (status === 'trialing') {
      return end ? m.billing_trial_until({ date: end }) : m.billing_trial();
    }

    return end ? m.billing_renews_on({ date: end }) : m.billing_active();
  }

  switch (status) {
    case 'canceled':
      return canceledText(access_until, now);
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

/** A failed payment, and how long the plan stays in spite of it. */
function pastDueText({ past_due_since, access_until }: Subscription, now: number) {
  if (!past_due_since) {
    return m.billing_past_due();
  }

  const date = formatTime(past_due_since, true);
  if (!access_until) {
    return m.billing_past_due_since({ date });
  }

  const until = formatTime(access_until, true);
  return Date.parse(access_until) > now ? m.billing_past_due_until({ date, until }) : m.billing_past_due_over({ date, until });
}

function canceledText(accessUntil: string | null, now: number) {
  if (!accessUntil) {
    return m.billing_canceled();
  }

  const date = formatTime(accessUntil, true);
  return Date.parse(accessUntil) > now ? m.billing_ends_on({ date }) : m.billing_canceled_on({ date });
}
