import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { formatNumber } from '../format';
import { Notice } from '../Notice';
import { Time } from '../Time';
import { QuotaBars } from './QuotaBars';

/** A quota: the limits, when they start again, and what happens beyond them. */
export function QuotaSummary({ quota }: { quota: Schema<'QuotaResponse'> }) {
  return (
    <div className="flex flex-col gap-4">
      {!quota.allowed && <Notice tone="warning">{m.usage_quota_refused()}</Notice>}
      {quota.limits.length > 0 ? <QuotaBars limits={quota.limits} /> : <p className="text-sm">{m.usage_quota_none()}</p>}
      <p className="text-sm text-muted">
        {quota.limits.length > 0 && (
          <>
            {m.usage_quota_resets()} <Time value={quota.resets_at} />. {quota.mode === 'hard'
              ? m.usage_quota_hard()
              : m.usage_quota_soft()}{' '}
          </>
        )}
        {m.usage_quota_rate({ count: quota.requests_per_minute, number: formatNumber(quota.requests_per_minute) })}
      </p>
    </div>
  );
}
