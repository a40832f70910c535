import { lazyComponent } from '@/ui/lazyComponent';

/** The frame of the pages behind the login. It is loaded with them, so that the login page stays small. */
export const AppLayout = lazyComponent(() => import('./AppFrame'), 'AppFrame');
