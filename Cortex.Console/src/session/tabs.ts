import type { EndReason } from './session';
import type { AccessToken } from './token';

/** What the tabs of this browser tell each other. */
export type TabMessage =
  | { type: 'token'; token: AccessToken }
  | { type: 'token_wanted' }
  | { type: 'ended'; sessionId: string; reason: EndReason };

// A tab that was opened before a deployment may run older scripts, so a change of the messages needs another name.
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('cortex-session-1') : undefined;

export const hasTabs = channel !== undefined;

export function tell(message: TabMessage) {
  channel?.postMessage(message);
}

export function listen(receive: (message: TabMessage) => void) {
  channel?.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => receive(data));
}
