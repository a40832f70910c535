import { Badge } from '@/ui/Badge';
import { eventStates, isEventState } from './eventStates';

export function StateBadge({ state }: { state: string }) {
  return isEventState(state) ? <Badge tone={eventStates[state].tone}>{eventStates[state].label()}</Badge> : <Badge>{state}</Badge>;
}
