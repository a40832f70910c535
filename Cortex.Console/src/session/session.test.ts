// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { problem, TestBrowser, tokens } from './testing';

let browser: TestBrowser;

beforeEach(() => {
  vi.useFakeTimers();
  browser = new TestBrowser();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

type Tab = Awaited<ReturnType<TestBrowser['openTab']>>;

/** Lets messages, pauses, and answers arrive. */
const wait = (milliseconds = 500) => vi.advanceTimersByTimeAsync(milliseconds);

async function loggedIn(count: number, answer = tokens()): Promise<Tab[]> {
  const tabs: Tab[] = [];
  for (let tab = 0; tab < count; tab++) {
    tabs.push(await browser.openTab());
  }

  await tabs[0]?.logIn(async () => ({ data: await answer.json() }));
  await wait();
  return tabs;
}

function token(tab: Tab | undefined) {
  const state = tab?.sessionState();
  return state?.status === 'authenticated' ? state.token : undefined;
}

describe('start', () => {
  it('asks nobody if nobody was logged in', async () => {
    const tab = await browser.openTab();
    await tab.start();
    expect(tab.sessionState()).toEqual({ status: 'anonymous', reason: 'none' });
    expect(browser.requests).toEqual([]);
  });

  it('takes over the session of the cookie', async () => {
    localStorage.setItem('session', '1');
    browser.answers = [tokens];
    const tab = await browser.openTab();
    await Promise.all([tab.start(), tab.start(), tab.accessToken()]);
    expect(token(tab)?.userId).toBe('ada');
    expect(browser.requests).toHaveLength(1);
  });

  it.each([
    ['503', () => problem(503, 'service_unavailable', { 'Retry-After': '5' }), 503],
    ['429', () => problem(429, 'rate_limited', { 'Retry-After': '5' }), 429],
    ['403', () => problem(403, 'forbidden'), 403],
    ['a page of another server', () => new Response('<html>'), 0],
  ])('decides nothing on %s, and can be tried again', async (_name, answer, status) => {
    localStorage.setItem('session', '1');
    browser.answers = [answer, tokens];
    const tab = await browser.openTab();
    await expect(tab.start()).rejects.toMatchObject({ status });
    expect(tab.sessionState().status).toBe('unknown');
    expect(localStorage.getItem('session')).toBe('1');
    await tab.start();
    expect(token(tab)?.userId).toBe('ada');
  });

  it('sends a lost request again at once, before the same cookie would look stolen', async () => {
    localStorage.setItem('session', '1');
    browser.answers = [() => Promise.reject(new TypeError('Failed to fetch')), tokens];
    const tab = await browser.openTab();
    const started = tab.start();
    await wait(1_000);
    await started;
    expect(token(tab)?.userId).toBe('ada');
  });
});

describe('refresh', () => {
  it('happens once if two tabs want it at the same time, a hundred times', async () => {
    const [first, second] = await loggedIn(2);
    for (let round = 1; round <= 100; round++) {
      browser.answers = [tokens];
      const stale = token(first)?.value ?? '';
      expect(token(second)?.value).toBe(stale);
      const both = Promise.all([first?.refreshAfter(stale), second?.refreshAfter(stale)]);
      await wait(10);
      // The second one got the lock before the message, and asked the server itself, at worst.
      browser.answers.push(tokens);
      await wait();
      expect(await both).toEqual([true, true]);
      await wait();
      expect(token(first)?.value).not.toBe(stale);
      expect(token(first)?.value).toBe(token(second)?.value);
      browser.answers = [];
    }
  });

  it('that is refused takes the newer token of another tab', async () => {
    const [first, second] = await loggedIn(2);
    const stale = token(first)?.value ?? '';
    browser.answers = [
      () => {
        // Without locks, the other tab may have been quicker.
        second?.logIn(async () => ({ data: await tokens().json() }));
        return problem(401, 'invalid_refresh_token');
      },
    ];
    // The lock is free for the other tab, as on plain http.
    Object.defineProperty(navigator, 'locks', { configurable: true, value: undefined });
    const refreshed = first?.refreshAfter(stale);
    await wait();
    expect(await refreshed).toBe(true);
    expect(token(first)?.value).not.toBe(stale);
    expect(browser.requests).toHaveLength(1);
  });

  it('that is refused once is tried once more', async () => {
    const [first] = await loggedIn(1);
    browser.answers = [() => problem(401, 'invalid_refresh_token'), tokens];
    const refreshed = first?.refreshAfter(token(first)?.value ?? '');
    await wait();
    expect(await refreshed).toBe(true);
  });

  it('that is refused twice ends the session in every tab', async () => {
    const [first, second] = await loggedIn(2);
    // The other tab has no newer token to offer.
    const refreshed = first?.refreshAfter(token(first)?.value ?? '');
    await wait();
    expect(await refreshed).toBe(false);
    expect(browser.requests).toHaveLength(2);
    expect(first?.sessionState()).toEqual({ status: 'anonymous', reason: 'ended' });
    expect(second?.sessionState()).toEqual({ status: 'anonymous', reason: 'ended' });
    expect(localStorage.getItem('session')).toBeNull();
  });

  it.each([503, 429])('answered with %s logs nobody out, and the token is used while it lasts', async (status) => {
    const [first, second] = await loggedIn(2);
    const value = token(first)?.value;
    await wait(1800_000 - 20_000);
    browser.answers = [() => problem(status, 'x'), () => problem(status, 'x')];
    expect(await first?.accessToken()).toBe(value);
    await wait(30_000);
    await expect(first?.accessToken()).rejects.toMatchObject({ status });
    expect(first?.sessionState().status).toBe('authenticated');
    expect(second?.sessionState().status).toBe('authenticated');
    browser.answers = [tokens];
    expect(await first?.accessToken()).not.toBe(value);
  });

  it('doesn’t take the missing hint for a logout', async () => {
    const [first] = await loggedIn(1);
    localStorage.clear();
    browser.answers = [tokens];
    expect(await first?.refreshAfter(token(first)?.value ?? '')).toBe(true);
    expect(localStorage.getItem('session')).not.toBeNull();
  });

  it('waits no longer than ten seconds for a tab that sleeps with the lock', async () => {
    const [first] = await loggedIn(1);
    const request = (_name: string, { signal }: { signal: AbortSignal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    Object.defineProperty(navigator, 'locks', { configurable: true, value: { request } });
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), milliseconds);
      return controller.signal;
    });
    browser.answers = [tokens];
    const refreshed = first?.refreshAfter(token(first)?.value ?? '');
    await wait(10_000);
    expect(await refreshed).toBe(true);
    vi.restoreAllMocks();
  });
});

describe('other tabs', () => {
  it('end with a logout, and a late message doesn’t bring them back', async () => {
    const [first, second] = await loggedIn(2);
    const old = token(first);
    browser.answers = [() => new Response(null, { status: 204 })];
    await first?.logOut();
    await wait(5);
    expect(second?.sessionState()).toEqual({ status: 'anonymous', reason: 'logged_out' });
    new BroadcastChannel('cortex-session-1').postMessage({ type: 'token', token: old });
    await wait();
    expect(first?.sessionState().status).toBe('anonymous');
    expect(second?.sessionState().status).toBe('anonymous');
  });

  it('keep the session if the server couldn’t end it', async () => {
    const [first, second] = await loggedIn(2);
    browser.answers = [() => Promise.reject(new TypeError('Failed to fetch'))];
    await expect(first?.logOut()).rejects.toMatchObject({ status: 0 });
    await wait();
    expect(first?.sessionState().status).toBe('authenticated');
    expect(second?.sessionState().status).toBe('authenticated');
  });

  it('follow the login of another user', async () => {
    const [first, second] = await loggedIn(2);
    await second?.logIn(async () => ({ data: await tokens({ user: 'bob' }).json() }));
    await wait();
    expect(token(first)?.userId).toBe('bob');
  });

  it('don’t return to an older token', async () => {
    const [first] = await loggedIn(1);
    const old = token(first);
    browser.answers = [tokens];
    await first?.refreshAfter(old?.value ?? '');
    new BroadcastChannel('cortex-session-1').postMessage({ type: 'token', token: old });
    await wait();
    expect(token(first)?.value).not.toBe(old?.value);
  });

  it('ask the server if a session ends that isn’t theirs', async () => {
    const [first] = await loggedIn(1, tokens({ user: 'bob' }));
    browser.answers = [() => tokens({ user: 'bob' })];
    localStorage.clear();
    new BroadcastChannel('cortex-session-1').postMessage({ type: 'ended', sessionId: 'session-of-ada', reason: 'logged_out' });
    await wait();
    expect(token(first)?.userId).toBe('bob');
    expect(browser.requests).toHaveLength(1);
  });

  it('can log in again after a logout', async () => {
    const [first, second] = await loggedIn(2);
    browser.answers = [() => new Response(null, { status: 204 })];
    await first?.logOut();
    await wait();
    await first?.logIn(async () => ({ data: await tokens({ session: 'another' }).json() }));
    await wait();
    expect(token(second)?.sessionId).toBe('another');
  });
});

describe('lookAgain', () => {
  it('hides a page from the back-forward cache until the server has said that nobody is logged in', async () => {
    const [first] = await loggedIn(1);
    localStorage.clear();
    const looked = first?.lookAgain();
    expect(first?.sessionState().status).toBe('unknown');
    await wait();
    await looked;
    expect(first?.sessionState()).toEqual({ status: 'anonymous', reason: 'logged_out' });
  });
});
