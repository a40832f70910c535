import { lazyRouteComponent } from '@tanstack/react-router';
import { ScriptError } from './ScriptError';

/**
 * A component whose script is loaded when it is first shown or preloaded. If the script can't be loaded, showing the component throws a ScriptError, for
 * which PageError knows what to do. (The router's own function would reload the page, and without the server, the browser's error page would replace it.)
 */
export const lazyComponent: typeof lazyRouteComponent = (load, name) =>
  lazyRouteComponent(
    () =>
      load().catch((cause) => {
        throw new ScriptError(cause);
      }),
    name,
  );
