/** An access token with what the console needs of its claims (docs/verifying-tokens.md). The server alone decides what the token allows. */
export interface AccessToken {
  value: string;
  userId: string;
  email: string;
  roles: string[];
  /** In milliseconds since 1970, by this computer's clock. */
  expiresAt: number;
}

/** Reads the claims of a JWT that the server has just sent. */
export function readToken(value: string, expiresInSeconds: number): AccessToken {
  const claims = JSON.parse(decodeBase64Url(value.split('.')[1] ?? ''));
  return {
    value,
    userId: claims.sub,
    email: claims.email,
    roles: Array.isArray(claims.roles) ? claims.roles : claims.roles ? [claims.roles] : [],
    expiresAt: Date.now() + expiresInSeconds * 1000,
  };
}

function decodeBase64Url(text: string) {
  const bytes = Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
