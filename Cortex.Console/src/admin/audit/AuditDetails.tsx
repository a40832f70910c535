import type { ReactNode } from 'react';
import { m } from '@/paraglide/messages';
import { formatUtc } from '@/ui/format';
import { UserLink } from '../filters/UserLink';
import type { AuditEvent } from './AuditTable';
import { changesOf, otherDetails, valueText } from './changes';

/** Everything about one event: who, from where, and what changed. */
export function AuditDetails({ event }: { event: AuditEvent }) {
  const changes = changesOf(event.details);
  return (
    <div className="flex flex-col gap-3 rounded-md bg-raised p-3">
      {changes.length > 0 && (
        <table className="text-sm">
          <caption className="pb-1 text-start font-medium">{m.audit_changes()}</caption>
          <thead className="text-muted">
            <tr>
              <HeaderCell>{m.audit_change_field()}</HeaderCell>
              <HeaderCell>{m.audit_change_before()}</HeaderCell>
              <HeaderCell>{m.audit_change_after()}</HeaderCell>
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <tr key={change.field}>
                <th scope="row" className="py-0.5 pe-4 text-start font-normal break-all">
                  <code>{change.field}</code>
                </th>
                <td className="py-0.5 pe-4 break-all">{valueText(change.before)}</td>
                <td className="py-0.5 font-medium break-all">{valueText(change.after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-2 lg:grid-cols-3">
        {otherDetails(event.details).map(([name, value]) => (
          <Item key={name} name={<code>{name}</code>}>
            {valueText(value)}
          </Item>
        ))}
        <Item name={m.audit_action()}>
          <code>{event.action}</code>
        </Item>
        <Item name={m.audit_detail_utc()}>{formatUtc(event.occurred_at)}</Item>
        {event.actor_id && (
          <Item name={m.audit_detail_actor()}>
            <Id id={event.actor_id} email={event.actor_email} />
          </Item>
        )}
        {event.user_id && event.user_id !== event.actor_id && (
          <Item name={m.audit_detail_user()}>
            <Id id={event.user_id} email={event.user_email} />
          </Item>
        )}
        {event.device && <Item name={m.audit_detail_device()}>{event.device}</Item>}
        {event.user_agent && <Item name={m.audit_detail_user_agent()}>{event.user_agent}</Item>}
        {event.request_id && <Item name={m.audit_detail_request_id()}>{event.request_id}</Item>}
        <Item name={m.audit_detail_event_id()}>{event.id}</Item>
      </dl>
    </div>
  );
}

function HeaderCell({ children }: { children: ReactNode }) {
  return (
    <th scope="col" className="pe-4 text-start text-xs font-medium">
      {children}
    </th>
  );
}

function Item({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="break-all">{children}</dd>
    </div>
  );
}

function Id({ id, email }: { id: string; email: string | null }) {
  return (
    <>
      <UserLink id={id} email={email} /> <span className="text-xs text-muted">{id}</span>
    </>
  );
}
