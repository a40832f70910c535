import { createRoute } from '@tanstack/react-router';
import { appRoute } from '@/routes';
import { lazyComponent } from '@/ui/lazyComponent';

export const keyFilters = ['working', 'unused', 'ended'] as const;
export type KeyFilter = (typeof keyFilters)[number];

interface KeysSearch {
  show?: KeyFilter;
  /** A part of the name or the prefix. */
  name?: string;
}

export const keysRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/keys',
  validateSearch: (search: Record<string, unknown>): KeysSearch => ({
    show: keyFilters.find((filter) => filter === search.show),
    name: search.name === undefined || search.name === '' ? undefined : String(search.name),
  }),
  component: lazyComponent(() => import('./KeysPage'), 'KeysPage'),
});
