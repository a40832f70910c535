import type { Schema } from '@/api/client';

/**
 * Whether the server has learned of the payment: the tier isn't the one from before it. A second subscription to the same tier changes nothing to wait for,
 * and neither does an address without the earlier tier, so a subscription that gives the tier has to do.
 */
export function hasArrived(billing: Schema<'BillingResponse'>, from: string | undefined): boolean {
  if (from !== undefined && billing.subscription_tier !== from) {
    return true;
  }

  const { subscription } = billing;
  const givesTier = subscription !== null && ['active', 'trialing'].includes(subscription.status);
  return givesTier && (from === undefined || subscription.tier === from);
}
