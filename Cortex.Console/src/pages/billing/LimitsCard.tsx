import type { UseQueryResult } from '@tanstack/react-query';
import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Card } from '@/ui/Card';
import { formatNumber } from '@/ui/format';
import { Loaded } from '@/ui/Loaded';
import { Notice } from '@/ui/Notice';
import { TextLink } from '@/ui/TextLink';
import { Time } from '@/ui/Time';
import { QuotaBar } from './QuotaBar';

/** What the tier allows, and how much of it is used. */
export function LimitsCard({ quota }: { quota: UseQueryResult<Schema<'QuotaResponse'>, unknown> }) {
  return (
    <Card title={m.billing_limits()}>
      <Loaded query={quota} lines={4}>
        {(data) => (
          <>
            <p className="text-sm">{m.billing_rate({ requests: formatNumber(data.requests_per_minute) })}</p>
            {!data.allowed && (
              <Notice tone="warning">
                <p>{m.billing_used_up()}</p>
              </Notice>
            )}
            {data.limits.length === 0 ? (
              <p className="text-sm">{m.billing_no_quota()}</p>
            ) : (
              <>
                <ul className="flex flex-col gap-3">
                  {data.limits.map((limit) => (
                    <QuotaBar key={limit.metric} limit={limit} />
                  ))}
                </ul>
                <p className="text-sm text-muted">
                  {data.mode === 'hard' ? m.billing_hard() : m.billing_soft()} {m.billing_resets()} <Time value={data.resets_at} />
                </p>
              </>
            )}
            <p className="text-sm">
              <TextLink to="/usage">{m.billing_to_usage()}</TextLink>
            </p>
          </>
        )}
      </Loaded>
    </Card>
  );
}
