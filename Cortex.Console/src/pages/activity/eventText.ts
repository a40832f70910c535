import type { Schema } from '@/api/client';
import { actionTexts } from './actionTexts';

type Event = Pick<Schema<'AuditEventResponse'>, 'action' | 'actor' | 'details'>;

/** An event in a sentence. An action of a newer server that this console doesn't know is shown by its name. */
export function eventText({ action, actor, details }: Event): string {
  const text = Object.hasOwn(actionTexts, action) ? actionTexts[action] : undefined;
  return (
    text?.({
      isByAdministrator: actor === 'administrator',
      detail: (name) => textOf(details, name),
      change: (when, name) => textOf((details as Record<string, unknown> | null)?.[when], name),
    }) ?? action
  );
}

function textOf(values: unknown, name: string): string | undefined {
  const value = typeof values === 'object' && values !== null ? (values as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
