import { exclusively } from './exclusively';
import { forgetSession, lastActivity, rememberActivity } from './hint';
import { requestTokens, type Tokens } from './refresh';
import { hasTabs, listen, type TabMessage, tell } from './tabs';
import { type AccessToken, isNewer, readToken } from './token';

/** Why nobody is logged in: what the login page says. */
export type EndReason = 'none' | 'logged_out' | 'ended' | 'idle';

export type SessionState =
  | { status: 'unknown' }
  | { status: 'anonymous'; reason: EndReason }
  | { status: 'authenticated'; token: AccessToken };

/** How long other tabs get to hand over a newer token before a refused refresh counts. */
const tabAnswerTime = 250;

// The access token is only in this variable; storage, addresses, and the DOM never hold it.
let state: SessionState = { status: 'unknown' };
let refreshing: Promise<boolean> | undefined;
// A late message about this session doesn't bring it back.
let endedSession: string | undefined;
const listeners = new Set<() => void>();

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

  if (!refreshing && lastActivity() === undefined) {
    change({ status: 'anonymous', reason: 'none' });
  } else {
    await refresh(undefined);
  }
}

/** The access token to send; undefined if nobody is logged in. Renews one that is about to expire. */
export async function accessToken(): Promise<string | undefined> {
  await start();
  const token = currentToken();
  if (!token || Date.now() < token.renewAt) {
    return token?.value;
  }

  try {
    await refresh(token.value);
  } catch (error) {
    if (currentToken() === token && Date.now() < token.expiresAt) {
      return token.value; // It is good for a few more seconds, in which the server may be back.
    }

    throw error;
  }

  return currentToken()?.value;
}

/** The user who is logged in, so that a request isn't repeated as somebody else. */
export function currentUserId() {
  return currentToken()?.userId;
}

/** Replaces a token that the server has refused. Returns whether there is another one now; throws if the server couldn't decide. */
export function refreshAfter(refused: string): Promise<boolean> {
  return refresh(refused);
}

/** Sends a login, and takes over the tokens that it returns. Errors of the request pass through. */
export async function logIn(request: () => Promise<{ data?: Tokens }>) {
  await exclusively(async () => {
    const { data } = await request();
    if (data) {
      endedSession = undefined;
      rememberActivity();
      adopt(data);
    }
  });
}

/** Forgets the session in every tab. The caller has ended it at the server, or learned that it is over. */
export function endSession(reason: EndReason) {
  const sessionId = currentToken()?.sessionId;
  forget(sessionId, reason);
  if (sessionId) {
    tell({ type: 'ended', sessionId, reason });
  }
}

/** Asks the server again, after the browser has brought a page back from its back-forward cache, or if another tab says something odd. */
export async function lookAgain() {
  const token = currentToken();
  if (!token) {
    return;
  }

  const answer = refresh(token.value);
  if (lastActivity() === undefined) {
    // Probably a logout. Until the server has answered, nothing of the user's is shown.
    change({ status: 'unknown' });
  }

  await answer;
}

/** One refresh at a time in this tab, and one over all tabs. Returns whether there is a token other than the stale one. */
function refresh(stale: string | undefined): Promise<boolean> {
  refreshing ??= exclusively(() => refreshOnce(stale)).finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

async function refreshOnce(stale: string | undefined): Promise<boolean> {
  // Another tab may have refreshed, or logged out, while this one waited for the lock.
  if (hasOtherThan(stale) || state.status === 'anonymous') {
    return hasOtherThan(stale);
  }

  // A refused refresh counts only if no other tab has a newer token and a second one is refused as well.
  if ((await adoptNewTokens()) || (await askTabs(stale)) || (isOpen() && (await adoptNewTokens()))) {
    return true;
  }

  if (isOpen()) {
    endSession(lastActivity() === undefined ? 'logged_out' : 'ended');
  }

  return false;
}

/** False as soon as another tab has said that the session is over. */
function isOpen() {
  return state.status !== 'anonymous';
}

async function adoptNewTokens() {
  const tokens = await requestTokens();
  if (tokens) {
    adopt(tokens);
  }

  return tokens !== undefined;
}

async function askTabs(stale: string | undefined): Promise<boolean> {
  if (!hasTabs) {
    return false;
  }

  tell({ type: 'token_wanted' });
  const deadline = performance.now() + tabAnswerTime;
  while (!hasOtherThan(stale) && isOpen() && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  return hasOtherThan(stale);
}

/** Takes over new tokens, and hands them to the other tabs. */
function adopt(tokens: Tokens) {
  const token = readToken(tokens.access_token, tokens.expires_in);
  if (lastActivity() === undefined) {
    rememberActivity(); // Something has cleared the storage, though the session is alive.
  }

  change({ status: 'authenticated', token });
  tell({ type: 'token', token });
}

function receive(message: TabMessage) {
  const own = currentToken();
  if (message.type === 'token') {
    const { token } = message;
    if (token.sessionId !== endedSession && Date.now() < token.expiresAt && (!own || isNewer(token, own))) {
      change({ status: 'authenticated', token });
    }
  } else if (message.type === 'token_wanted') {
    if (own) {
      tell({ type: 'token', token: own });
    }
  } else if (message.type === 'ended') {
    if (own && own.sessionId !== message.sessionId) {
      lookAgain().catch(() => undefined); // Another session of this browser is over. Whether this one is, the server knows.
    } else if (state.status !== 'anonymous') {
      forget(message.sessionId, message.reason);
    }
  }
}

function forget(sessionId: string | undefined, reason: EndReason) {
  endedSession = sessionId ?? endedSession;
  forgetSession();
  change({ status: 'anonymous', reason });
}

function hasOtherThan(stale: string | undefined) {
  const token = currentToken();
  return token !== undefined && token.value !== stale && Date.now() < token.expiresAt;
}

function currentToken() {
  return state.status === 'authenticated' ? state.token : undefined;
}

function change(next: SessionState) {
  state = next;
  for (const listener of listeners) {
    listener();
  }
}

listen(receive);
