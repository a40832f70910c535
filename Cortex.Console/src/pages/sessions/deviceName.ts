import { m } from '@/paraglide/messages';

interface Device {
  /** What the server makes of the user agent, such as “Chrome on Windows”; null if it doesn't know it. */
  device: string | null;
  user_agent: string | null;
}

/** What a person recognizes a device by. */
export function deviceName({ device, user_agent }: Device) {
  return device ?? user_agent ?? m.sessions_unknown_device();
}
