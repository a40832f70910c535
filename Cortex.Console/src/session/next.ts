const pages =
  /^\/$|^\/(keys|usage|billing|activity|account|account\/security|account\/sessions|admin|admin\/(users|import|audit|usage|billing-events|reconciliation))$|^\/admin\/(users|billing-events)\/[0-9a-f-]{36}$/;

/** Where to go after a login: a page of this console, and nothing else that somebody may have put into the address. */
export function nextPage(next: string | undefined, origin = location.origin): string {
  if (!next) {
    return '/';
  }

  try {
    const url = new URL(next, origin);
    return url.origin === origin && pages.test(url.pathname) ? url.pathname + url.search + url.hash : '/';
  } catch {
    return '/';
  }
}
