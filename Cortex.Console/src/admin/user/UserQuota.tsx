import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { formatNumber } from '@/ui/format';
import { Time } from '@/ui/Time';
import { QuotaBars } from '@/ui/usage/QuotaBars';

/** What is left of a user's quota, as the staff reads it. */
export function UserQuota({ quota }: { quota: Schema<'QuotaResponse'> }) {
  const rate = m.user_quota_rate({ number: formatNumber(quota.requests_per_minute) });
  return quota.limits.length > 0 ? (
    <>
      <QuotaBars limits={quota.limits} />
      <p className="text-sm">
        {m.user_quota_resets()} <Time value={quota.resets_at} />. {quota.mode === 'hard' ? m.user_quota_hard() : m.user_quota_soft()} {rate}
      </p>
    </>
  ) : (
    <p className="text-sm">
      {m.user_quota_none()} {rate}
    </p>
  );
}
