import type { AsyncRouteComponent } from '@tanstack/react-router';
import { lazyComponent } from './lazyComponent';

/** What a page's script exports beside the page: a function that loads what the page shows first. It gets the address's search parameters, unchecked. */
interface PageScript {
  load: (search: Record<string, unknown>) => Promise<void>;
}

/** The part of a route's options that shows the page. */
interface PageOptions {
  component: AsyncRouteComponent<object>;
  loader: (context: { cause: 'preload' | 'enter' | 'stay'; location: { search: object } }) => Promise<void>;
}

/** A page whose script is loaded when it is first shown, or when somebody points at a link to it, and its first data just before it is shown. */
export function lazyPage<Script extends PageScript, Name extends keyof Script>(script: () => Promise<Script>, name: Name): PageOptions {
  return {
    component: lazyComponent(script, name) as AsyncRouteComponent<object>,
    loader: async ({ cause, location }) => {
      const page = await script().catch(() => undefined); // The component reports a script that can't be loaded.
      if (cause === 'enter') {
        await page?.load({ ...location.search });
      }
    },
  };
}
