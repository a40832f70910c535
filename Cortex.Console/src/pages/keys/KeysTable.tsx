import { m } from '@/paraglide/messages';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { formatDollars, formatNumber } from '@/ui/format';
import { Table } from '@/ui/Table';
import { TextLink } from '@/ui/TextLink';
import { Time } from '@/ui/Time';
import { KeyStateCell } from './KeyStateCell';
import { type Key, keyState } from './keyState';

export type KeyAction = 'rotate' | 'edit' | 'revoke' | 'toggle';

interface KeysTableProps {
  /** The keys to show, of all that there are. */
  rows: Key[];
  keys: Key[];
  onAction: (action: KeyAction, key: Key) => void;
}

export function KeysTable({ rows, keys, onAction }: KeysTableProps) {
  return (
    <Table
      label={m.keys_title()}
      rows={rows}
      rowKey={(key) => key.id}
      columns={[
        { header: m.keys_name(), cell: (key) => <NameCell item={key} /> },
        { header: m.keys_state(), cell: (key) => <KeyStateCell item={key} keys={keys} /> },
        { header: m.keys_last_used(), cell: (key) => (key.last_used_at ? <Time value={key.last_used_at} dateOnly /> : m.keys_never()) },
        { header: m.keys_expires(), cell: (key) => (key.expires_at ? <Time value={key.expires_at} dateOnly /> : m.keys_never()) },
        { header: m.keys_quota(), cell: (key) => <QuotaCell quota={key.monthly_quota} /> },
        { header: m.keys_actions(), cell: (key) => <Actions item={key} onAction={onAction} /> },
      ]}
    />
  );
}

function NameCell({ item }: { item: Key }) {
  return (
    <span className="flex min-w-28 flex-col items-end gap-1 md:items-start">
      <span className="font-medium wrap-anywhere">{item.name || m.usage_unnamed_key()}</span>
      {item.prefix && <code className="text-xs text-muted">{item.prefix}…</code>}
      {item.scopes.length > 0 && (
        <span className="flex flex-wrap gap-1">
          {item.scopes.map((scope) => (
            <Badge key={scope}>{scope}</Badge>
          ))}
        </span>
      )}
    </span>
  );
}

function QuotaCell({ quota }: { quota: Key['monthly_quota'] }) {
  const limits = [
    quota?.requests != null && m.keys_quota_requests({ limit: formatNumber(quota.requests) }),
    quota?.tokens != null && m.keys_quota_tokens({ limit: formatNumber(quota.tokens) }),
    quota?.cost_usd != null && formatDollars(quota.cost_usd),
  ].filter((limit) => limit !== false);
  return limits.length === 0
    ? '–'
    : limits.map((limit) => (
        <span key={limit} className="block whitespace-nowrap">
          {limit}
        </span>
      ));
}

function Actions({ item, onAction }: { item: Key; onAction: KeysTableProps['onAction'] }) {
  const state = keyState(item);
  const name = item.name || item.prefix || '';
  const button = (action: KeyAction, label: string) => (
    <Button look="plain" size="small" aria-label={m.keys_action_of({ action: label, name })} onPress={() => onAction(action, item)}>
      {label}
    </Button>
  );
  return (
    <span className="-m-1 flex flex-wrap items-center">
      <span className="px-2.5">
        <TextLink to="/usage" search={{ api_key: item.id }} aria-label={m.keys_action_of({ action: m.usage_title(), name })}>
          {m.usage_title()}
        </TextLink>
      </span>
      {(state === 'active' || state === 'expiring') && button('rotate', m.keys_rotate())}
      {button('edit', m.keys_edit())}
      {state !== 'expired' && state !== 'replaced' && button('toggle', item.is_active ? m.keys_turn_off() : m.keys_turn_on())}
      {button('revoke', m.keys_revoke())}
    </span>
  );
}
