import { createRoute } from '@tanstack/react-router';
import { staffRoute } from '@/routes';
import { lazyComponent } from '@/ui/lazyComponent';

/** For how many days there may be figures. The first is the default. */
export const dayChoices = [30, 7, 90, 365] as const;

export const statisticsRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin',
  validateSearch: (search: Record<string, unknown>): { days?: number } => ({
    days: dayChoices.slice(1).find((days) => days === search.days),
  }),
  component: lazyComponent(() => import('./StatisticsPage'), 'StatisticsPage'),
});
