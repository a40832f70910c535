/** Has the server keep the refresh token in a cookie that no script can read. */
export const withCookies = { params: { query: { use_cookies: true } } } as const;
