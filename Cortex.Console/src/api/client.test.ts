// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { problem, TestBrowser, tokens } from '../session/testing';

let browser: TestBrowser;
let received: { path: string; token: string | null; body: string }[];

beforeEach(() => {
  browser = new TestBrowser();
  received = [];
  const answer = fetch;
  vi.stubGlobal('fetch', async (input: RequestInfo | URL) => {
    if (input instanceof Request) {
      received.push({ path: new URL(input.url).pathname, token: input.headers.get('Authorization'), body: await input.text() });
    }

    return answer(input);
  });
});

afterEach(() => vi.unstubAllGlobals());

const ok = () => Response.json({});
const patch = () =>
  new Request('http://localhost/api/v1/auth/api-keys/1', {
    method: 'PATCH',
    body: '{"name":"a"}',
    headers: { 'Content-Type': 'application/json' },
  });

async function loggedIn() {
  const tab = await browser.openTab();
  await tab.logIn(async () => ({ data: await tokens().json() }));
  return tab;
}

describe('send', () => {
  it('repeats a request with its body after an expired token, and after a proof of identity', async () => {
    const tab = await loggedIn();
    const prompt = vi.fn(async () => true);
    tab.providePrompt(prompt);
    browser.answers = [() => problem(401, 'token_expired'), tokens, () => problem(401, 'reauthentication_required'), ok];
    expect((await tab.send(patch())).status).toBe(200);
    expect(received.map(({ body }) => body)).toEqual(Array(3).fill('{"name":"a"}'));
    expect(received[1]?.token).not.toBe(received[0]?.token);
    expect(prompt).toHaveBeenCalledOnce();
  });

  it('throws the server’s refusal if the user doesn’t prove who they are', async () => {
    const tab = await loggedIn();
    tab.providePrompt(async () => false);
    browser.answers = [() => problem(401, 'reauthentication_required')];
    await expect(tab.send(patch())).rejects.toMatchObject({ code: 'reauthentication_required' });
    expect(received).toHaveLength(1);
  });

  it('asks only once for a proof', async () => {
    const tab = await loggedIn();
    const prompt = vi.fn(async () => true);
    tab.providePrompt(prompt);
    browser.answers = [() => problem(401, 'reauthentication_required'), () => problem(401, 'reauthentication_required')];
    await expect(tab.send(patch())).rejects.toMatchObject({ code: 'reauthentication_required' });
    expect(prompt).toHaveBeenCalledOnce();
  });

  it('doesn’t take a wrong password for an expired token', async () => {
    const tab = await loggedIn();
    browser.answers = [() => problem(401, 'invalid_credentials')];
    await expect(tab.send(patch())).rejects.toMatchObject({ code: 'invalid_credentials' });
    expect(browser.requests).toHaveLength(1);
  });

  it('repeats nothing in the name of somebody else', async () => {
    const tab = await loggedIn();
    browser.answers = [() => problem(401, 'session_revoked'), () => tokens({ user: 'bob' })];
    await expect(tab.send(patch())).rejects.toMatchObject({ code: 'session_revoked' });
    expect(received).toHaveLength(1);
  });

  it('keeps the session if the refresh couldn’t be decided', async () => {
    const tab = await loggedIn();
    browser.answers = [() => problem(401, 'token_expired'), () => problem(503, 'service_unavailable')];
    await expect(tab.send(patch())).rejects.toMatchObject({ status: 503 });
    expect(tab.sessionState().status).toBe('authenticated');
  });

  it.each(['config', 'auth/login', 'auth/login/2fa', 'auth/login/passkey/options', 'auth/register', 'auth/forgot-password'])(
    'sends no token to %s',
    async (path) => {
      const tab = await loggedIn();
      browser.answers = [ok];
      await tab.send(new Request(`http://localhost/api/v1/${path}`, { method: 'POST', body: '{}' }));
      expect(received[0]?.token).toBeNull();
    },
  );
});
