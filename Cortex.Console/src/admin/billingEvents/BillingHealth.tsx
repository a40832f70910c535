import type { ReactNode } from 'react';
import { query, type Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Badge } from '@/ui/Badge';
import { Card } from '@/ui/Card';
import { formatNumber } from '@/ui/format';
import { Loaded } from '@/ui/Loaded';
import { Notice } from '@/ui/Notice';
import { TextLink } from '@/ui/TextLink';
import { Time } from '@/ui/Time';
import { failureText } from './failures';

/** Whether webhooks arrive and are processed, and whether Polar's API answers. */
export function BillingHealth() {
  const status = query.useQuery('get', '/api/v1/admin/billing', undefined, { refetchInterval: 30_000 });
  return (
    <Card title={m.billing_events_health()}>
      <Loaded query={status} lines={4}>
        {({ webhooks, polar }) => (
          <div className="grid gap-5 md:grid-cols-2">
            <Webhooks webhooks={webhooks} />
            <Polar polar={polar} />
          </div>
        )}
      </Loaded>
    </Card>
  );
}

function Webhooks({ webhooks }: { webhooks: Schema<'WebhooksStatusResponse'> }) {
  return (
    <section className="flex flex-col gap-2">
      <Heading isOn={webhooks.enabled}>{m.billing_events_webhooks()}</Heading>
      {!webhooks.enabled && <Notice>{m.billing_events_webhooks_off()}</Notice>}
      <dl className="flex flex-col gap-1 text-sm">
        <Item name={m.billing_events_last_received()}>
          {webhooks.last_received_at ? <Time value={webhooks.last_received_at} /> : m.billing_events_never()}
        </Item>
        <Item name={m.billing_events_waiting()}>
          <Count state="waiting" count={webhooks.waiting} />
        </Item>
        {webhooks.oldest_waiting_at && (
          <Item name={m.billing_events_oldest_waiting()}>
            <Time value={webhooks.oldest_waiting_at} />
          </Item>
        )}
        <Item name={m.billing_events_unmatched()}>
          <Count state="unmatched" count={webhooks.unmatched} />
        </Item>
        <Item name={m.billing_events_failed()}>
          <Count state="failed" count={webhooks.failed} />
        </Item>
      </dl>
    </section>
  );
}

function Polar({ polar }: { polar: Schema<'PolarStatusResponse'> }) {
  return (
    <section className="flex flex-col gap-2">
      <Heading isOn={polar.enabled}>{m.billing_events_polar_api()}</Heading>
      {!polar.enabled && <Notice>{m.billing_events_polar_off()}</Notice>}
      {polar.version_rejected_since && (
        <Notice tone="warning">
          <p>
            {m.billing_events_version_rejected()} <Time value={polar.version_rejected_since} />
          </p>
        </Notice>
      )}
      <dl className="flex flex-col gap-1 text-sm">
        <Item name={m.billing_events_api_url()}>
          <span className="break-all">{polar.api_url}</span>
        </Item>
        <Item name={m.billing_events_api_version()}>{polar.api_version ?? m.billing_events_current_version()}</Item>
        <Item name={m.billing_events_last_success()}>
          {polar.last_success_at ? <Time value={polar.last_success_at} /> : m.billing_events_none_since_start()}
        </Item>
        <Item name={m.billing_events_last_failure()}>
          {polar.last_failure_at ? <Time value={polar.last_failure_at} /> : m.billing_events_none_since_start()}
        </Item>
      </dl>
      {polar.last_failure && <p className="text-sm text-muted">{failureText(polar.last_failure)}</p>}
    </section>
  );
}

function Heading({ isOn, children }: { isOn: boolean; children: string }) {
  return (
    <h3 className="flex items-center gap-2 text-sm font-semibold">
      {children} <Badge tone={isOn ? 'success' : 'neutral'}>{isOn ? m.billing_events_on() : m.billing_events_off()}</Badge>
    </h3>
  );
}

function Item({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap justify-between gap-x-4">
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}

function Count({ state, count }: { state: string; count: number }) {
  return count === 0 ? (
    '0'
  ) : (
    <TextLink to="/admin/billing-events" search={{ state }}>
      {formatNumber(count)}
    </TextLink>
  );
}
