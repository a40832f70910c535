/** An access token with what the console needs of its claims (docs/verifying-tokens.md). The server alone decides what the token allows. */
export interface AccessToken {
  value: string;
  userId: string;
  sessionId: string;
  email: string;
  roles: string[];
  /** In seconds since 1970, by the server's clock. */
  issuedAt: number;
  /** In milliseconds since 1970, by this computer's clock, as are the following times. */
  receivedAt: number;
  /** When the token should be replaced: early enough that no request arrives with an expired one. */
  renewAt: number;
  expiresAt: number;
}

const renewalMargin = 30_000;

/** Reads the claims of a JWT that the server has just sent. */
export function readToken(value: string, expiresInSeconds: number): AccessToken {
  const claims = JSON.parse(decodeBase64Url(value.split('.')[1] ?? ''));
  const now = Date.now();
  const lifetime = expiresInSeconds * 1000;
  return {
    value,
    userId: claims.sub,
    sessionId: claims.sid,
    email: claims.email,
    roles: Array.isArray(claims.roles) ? claims.roles : claims.roles ? [claims.roles] : [],
    issuedAt: claims.iat,
    receivedAt: now,
    renewAt: now + lifetime - Math.min(renewalMargin, lifetime / 2),
    expiresAt: now + lifetime,
  };
}

/** Whether the server issued `token` after `other`. The server's clock decides, because this computer's can jump. */
export function isNewer(token: AccessToken, other: AccessToken) {
  return token.issuedAt === other.issuedAt ? token.receivedAt > other.receivedAt : token.issuedAt > other.issuedAt;
}

function decodeBase64Url(text: string) {
  const bytes = Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
