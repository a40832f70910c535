// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestBrowser, tokens } from './testing';

let browser: TestBrowser;
const minute = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
  browser = new TestBrowser();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function staff(count: number) {
  const tabs = [];
  for (let index = 0; index < count; index++) {
    tabs.push(await browser.openTab());
  }

  await tabs[0]?.logIn(async () => ({ data: await tokens({ roles: ['admin'] }).json() }));
  await vi.advanceTimersByTimeAsync(10);
  browser.answers = [() => new Response(null, { status: 204 })];
  return tabs;
}

const wait = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const reasonOf = (tab: Awaited<ReturnType<typeof staff>>[number] | undefined) => {
  const state = tab?.sessionState();
  return state?.status === 'anonymous' ? state.reason : state?.status;
};

describe('idleness', () => {
  it('logs staff out in all tabs after 30 minutes, at the server as well', async () => {
    const [first, second] = await staff(2);
    const stop = first?.watchIdleness();
    await wait(30 * minute - 1000);
    expect(reasonOf(first)).toBe('authenticated');
    await wait(16_000);
    expect([reasonOf(first), reasonOf(second)]).toEqual(['idle', 'idle']);
    expect(browser.count('/api/v1/auth/logout')).toBe(1);
    stop?.();
  });

  it('counts activity in any tab', async () => {
    const [first, second] = await staff(2);
    const stop = first?.watchIdleness();
    await wait(29 * minute);
    const { rememberActivity } = await import('./hint');
    rememberActivity(); // By the second tab.
    await wait(29 * minute);
    expect([reasonOf(first), reasonOf(second)]).toEqual(['authenticated', 'authenticated']);
    await wait(2 * minute);
    expect(reasonOf(first)).toBe('idle');
    stop?.();
  });

  it('isn’t ended by the first key after it was too late', async () => {
    const [first] = await staff(1);
    const stop = first?.watchIdleness();
    vi.setSystemTime(Date.now() + 31 * minute); // The computer has slept.
    dispatchEvent(new KeyboardEvent('keydown'));
    await wait(10);
    expect(reasonOf(first)).toBe('idle');
    stop?.();
  });

  it('isn’t longer if the clock is set back', async () => {
    const [first] = await staff(1);
    const stop = first?.watchIdleness();
    await wait(10 * minute);
    vi.setSystemTime(Date.now() - 24 * 60 * minute);
    await wait(15 * minute);
    expect(reasonOf(first)).toBe('authenticated');
    expect(first?.isActivityUnknown()).toBe(false);
    await wait(6 * minute);
    expect(reasonOf(first)).toBe('idle');
    stop?.();
  });

  it('goes on if the storage is cleared', async () => {
    const [first] = await staff(1);
    const stop = first?.watchIdleness();
    await wait(minute);
    localStorage.clear();
    await wait(30 * minute);
    expect(reasonOf(first)).toBe('idle');
    stop?.();
  });

  it('is known after the browser was closed', async () => {
    const tab = await browser.openTab();
    localStorage.setItem('session', String(Date.now() - 31 * minute));
    expect(tab.isIdle()).toBe(true);
  });

  it('is unknown if the clock was set back while the browser was closed', async () => {
    const tab = await browser.openTab();
    localStorage.setItem('session', String(Date.now() + 31 * minute));
    expect(tab.isActivityUnknown()).toBe(true);
  });

  it('ends the session in this browser even if the server can’t be reached', async () => {
    const [first] = await staff(1);
    browser.answers = [() => Promise.reject(new TypeError('Failed to fetch'))];
    const stop = first?.watchIdleness();
    await wait(31 * minute);
    expect(reasonOf(first)).toBe('idle');
    stop?.();
  });
});
