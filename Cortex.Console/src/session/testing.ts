import { vi } from 'vitest';

/** A browser for tests of several tabs: messages, locks, and storage that the tabs share, and a server that answers as told. */
export class TestBrowser {
  /** What the server answers to each refresh, in turn; afterwards it refuses. */
  answers: (() => Response | Promise<Response>)[] = [];
  requests: string[] = [];
  private readonly channels = new Set<TestChannel>();
  private locked: Promise<unknown> = Promise.resolve();

  constructor() {
    localStorage.clear();
    const browser = this;
    vi.stubGlobal(
      'BroadcastChannel',
      class extends TestChannel {
        constructor() {
          super(browser.channels);
        }
      },
    );
    vi.stubGlobal('fetch', (input: RequestInfo | URL) => this.answer(input));
    Object.defineProperty(navigator, 'locks', { configurable: true, value: { request: this.lock.bind(this) } });
  }

  /** Loads the modules of the session anew, as another tab would. */
  async openTab() {
    vi.resetModules();
    const [session, idle, logout, client, reauthentication] = await Promise.all([
      import('./session'),
      import('./idle'),
      import('./logout'),
      import('../api/api'),
      import('./reauthentication'),
    ]);
    return { ...session, ...idle, ...logout, ...client, ...reauthentication };
  }

  count(path: string) {
    return this.requests.filter((request) => request === path).length;
  }

  private async answer(input: RequestInfo | URL) {
    const address = input instanceof Request ? input.url : String(input);
    this.requests.push(new URL(address, 'http://localhost').pathname);
    const next = this.answers.shift();
    return await (next?.() ?? problem(401, 'invalid_refresh_token'));
  }

  private lock(_name: string, _options: unknown, action: () => Promise<unknown>) {
    const result = this.locked.then(action);
    this.locked = result.catch(() => undefined);
    return result;
  }
}

class TestChannel extends EventTarget {
  constructor(private readonly channels: Set<TestChannel>) {
    super();
    channels.add(this);
  }

  postMessage(data: unknown) {
    for (const channel of this.channels) {
      if (channel !== this) {
        setTimeout(() => channel.dispatchEvent(new MessageEvent('message', { data: structuredClone(data) })), 1);
      }
    }
  }
}

let issued = 0;

interface TokenParts {
  user?: string;
  session?: string;
  lifetime?: number;
  roles?: string[];
}

/** An answer with tokens of a session, each issued a second after the one before. */
export function tokens({ user = 'ada', session, lifetime = 1800, roles = [] }: TokenParts = {}) {
  issued++;
  const claims = { sub: user, sid: session ?? `session-of-${user}`, email: `${user}@example.com`, roles, iat: 1_795_990_000 + issued };
  return Response.json({ access_token: `header.${btoa(JSON.stringify(claims))}.${issued}`, expires_in: lifetime });
}

export function problem(status: number, code: string, headers: Record<string, string> = {}) {
  return Response.json({ status, code, title: code, detail: code }, { status, headers });
}
