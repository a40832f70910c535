import type { UseQueryResult } from '@tanstack/react-query';
import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Card } from '@/ui/Card';
import { Loaded } from '@/ui/Loaded';
import { TextLink } from '@/ui/TextLink';
import { QuotaSummary } from '@/ui/usage/QuotaSummary';

/** What the tier allows, and how much of it is used. */
export function LimitsCard({ quota }: { quota: UseQueryResult<Schema<'QuotaResponse'>, unknown> }) {
  return (
    <Card title={m.billing_limits()}>
      <Loaded query={quota} lines={4}>
        {(data) => (
          <>
            <QuotaSummary quota={data} />
            <p className="text-sm">
              <TextLink to="/usage">{m.billing_to_usage()}</TextLink>
            </p>
          </>
        )}
      </Loaded>
    </Card>
  );
}
