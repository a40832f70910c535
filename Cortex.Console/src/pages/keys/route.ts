import { createRoute } from '@tanstack/react-router';
import { appRoute } from '@/routes';
import { lazyPage } from '@/ui/lazyPage';

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
  ...lazyPage(() => import('./KeysPage'), 'KeysPage'),
});
