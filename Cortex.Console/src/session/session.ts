import { ApiError } from '@/api/problem';
import { forgetSession, lastActivity, rememberActivity } from './hint';
import { type AccessToken, readToken } from './token';

/** Why nobody is logged in: what the login page says. */
export type EndReason = 'none' | 'logged_out' | 'ended' | 'idle';

export type SessionState =
  | { status: 'unknown' }
  | { status: 'anonymous'; reason: EndReason }
  | { status: 'authenticated'; token: AccessToken };

interface Tokens {
  access_token: string;
  expires_in: number;
}

type TabMessage = { type: 'token'; token: AccessToken } | { type: 'token_wanted' } | { type: 'ended'; reason: EndReason };

/** A token is replaced this long before it expires, so that a request doesn't arrive with an expired one. */
const renewalMargin = 30_000;

/** How long other tabs get to hand over a newer token before a refused refresh counts. */
const tabAnswerTime = 250;

const lockName = 'cortex-session';

// The access token is only in this variable; storage, addresses, and the DOM never hold it.
let state: SessionState = { status: 'unknown' };
let starting: Promise<void> | undefined;
let refreshing: Promise<boolean> | undefined;
const listeners = new Set<() => void>();
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('cortex-session') : undefined;

export function sessionState() {
  return state;
}

export function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** Finds out once whether somebody is logged in. Throws if the server can't be asked. */
export async function start(): Promise<void> {
  if (state.status !== 'unknown') {
    return;
  }

  starting ??= (async () => {
    if (lastActivity() === undefined) {
      change({ status: 'anonymous', reason: 'none' });
    } else {
      await refresh(undefined);
    }
  })().finally(() => {
    starting = undefined;
  });
  await starting;
}

/** The access token to send; undefined if nobody is logged in. Renews one that is about to expire. */
export async function accessToken(): Promise<string | undefined> {
  if (state.status !== 'authenticated') {
    return undefined;
  }

  if (state.token.expiresAt - Date.now() > renewalMargin) {
    return state.token.value;
  }

  await refresh(state.token.value);
  return currentToken();
}

/** Replaces a token that the server has refused. Returns whether there is another one now. */
export function refreshAfter(refused: string): Promise<boolean> {
  return refresh(refused);
}

/** Takes over the tokens that a login returned. */
export function logIn(tokens: Tokens) {
  rememberActivity();
  adopt(tokens);
}

/** Takes over new tokens, and hands them to the other tabs. */
function adopt(tokens: Tokens) {
  const token = readToken(tokens.access_token, tokens.expires_in);
  change({ status: 'authenticated', token });
  tell({ type: 'token', token });
}

/** Forgets the session in every tab. The caller has ended it at the server, or learned that it is over. */
export function endSession(reason: EndReason) {
  forgetSession();
  change({ status: 'anonymous', reason });
  tell({ type: 'ended', reason });
}

/** Asks the server again, after the browser has brought a page back from its back-forward cache. */
export async function lookAgain() {
  if (state.status !== 'authenticated') {
    return;
  }

  if (lastActivity() === undefined) {
    change({ status: 'anonymous', reason: 'logged_out' });
  } else {
    await refresh(state.token.value);
  }
}

/** One refresh at a time in this tab, and one over all tabs. Returns whether there is a token other than the stale one. */
function refresh(stale: string | undefined): Promise<boolean> {
  refreshing ??= underLock(() => refreshOnce(stale)).finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

async function refreshOnce(stale: string | undefined): Promise<boolean> {
  // Another tab may have refreshed, or logged out, while this one waited for the lock.
  if (hasOtherThan(stale)) {
    return true;
  }

  if (lastActivity() === undefined) {
    end('logged_out');
    return false;
  }

  if ((await requestTokens()) || (await tokenOfAnotherTab(stale)) || (await requestTokens())) {
    return true;
  }

  end('ended');
  return false;
}

/** Spends the refresh cookie. Returns false if the server refused it, and throws if the server couldn't decide. */
async function requestTokens(): Promise<boolean> {
  let response: Response;
  try {
    response = await fetch('/api/v1/auth/refresh?use_cookies=true', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    });
  } catch {
    throw ApiError.unreachable();
  }

  if (response.ok) {
    adopt(await response.json());
    return true;
  }

  if (response.status === 401 || response.status === 400) {
    return false;
  }

  throw await ApiError.from(response);
}

async function tokenOfAnotherTab(stale: string | undefined): Promise<boolean> {
  if (!channel) {
    return false;
  }

  tell({ type: 'token_wanted' });
  const deadline = Date.now() + tabAnswerTime;
  while (!hasOtherThan(stale) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  return hasOtherThan(stale);
}

function hasOtherThan(stale: string | undefined) {
  return state.status === 'authenticated' && state.token.value !== stale && state.token.expiresAt - Date.now() > renewalMargin;
}

function currentToken() {
  return state.status === 'authenticated' ? state.token.value : undefined;
}

function end(reason: EndReason) {
  const wasLoggedIn = state.status === 'authenticated';
  forgetSession();
  change({ status: 'anonymous', reason });
  if (wasLoggedIn) {
    tell({ type: 'ended', reason });
  }
}

/** Without locks (plain http), the server's grace period for the parent of a refresh token keeps two tabs from logging each other out. */
async function underLock(action: () => Promise<boolean>): Promise<boolean> {
  return navigator.locks ? await navigator.locks.request(lockName, action) : await action();
}

function change(next: SessionState) {
  state = next;
  for (const listener of listeners) {
    listener();
  }
}

function tell(message: TabMessage) {
  channel?.postMessage(message);
}

channel?.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => {
  if (data.type === 'token') {
    change({ status: 'authenticated', token: data.token });
  } else if (data.type === 'ended') {
    if (state.status === 'authenticated') {
      change({ status: 'anonymous', reason: data.reason });
    }
  } else if (state.status === 'authenticated') {
    tell({ type: 'token', token: state.token });
  }
});
