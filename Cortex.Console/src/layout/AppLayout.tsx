import { lazyRouteComponent } from '@tanstack/react-router';

/** The frame of the pages behind the login. It is loaded with them, so that the login page stays small. */
export const AppLayout = lazyRouteComponent(() => import('./AppFrame'), 'AppFrame');
