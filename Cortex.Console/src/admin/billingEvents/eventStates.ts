import { m } from '@/paraglide/messages';
import type { BadgeTone } from '@/ui/Badge';

export type EventState = 'waiting' | 'processed' | 'failed' | 'unmatched';

export const eventStates: Record<EventState, { label: () => string; tone: BadgeTone; meaning: () => string }> = {
  waiting: { label: m.billing_events_waiting, tone: 'accent', meaning: m.billing_events_waiting_meaning },
  processed: { label: m.billing_events_processed, tone: 'success', meaning: m.billing_events_processed_meaning },
  failed: { label: m.billing_events_failed, tone: 'danger', meaning: m.billing_events_failed_meaning },
  unmatched: { label: m.billing_events_unmatched, tone: 'warning', meaning: m.billing_events_unmatched_meaning },
};

export function isEventState(value: unknown): value is EventState {
  return typeof value === 'string' && Object.hasOwn(eventStates, value);
}
