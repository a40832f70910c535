import { router } from './router';
import { lastActivity } from './session/hint';
import { start } from './session/session';

/**
 * Looks up the session and loads the scripts of the page at the same time, rather than one after the other. Visitors without a session are led to the
 * login, so they don't load the pages behind it.
 */
export function startEarly() {
  const isVisitor = lastActivity() === undefined;
  if (!isVisitor) {
    start().catch(() => undefined); // The router asks again, and shows the error.
  }

  const matches: { routeId: keyof typeof router.routesById }[] = router.matchRoutes(router.latestLocation);
  if (!(isVisitor && matches.some((match) => match.routeId === '/app'))) {
    for (const { routeId } of matches) {
      const component: { preload?: () => unknown } | undefined = router.routesById[routeId].options.component;
      component?.preload?.();
    }
  }
}
