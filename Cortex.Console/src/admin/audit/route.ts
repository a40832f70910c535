import { createRoute } from '@tanstack/react-router';
import { staffRoute } from '@/routes';
import { lazyComponent } from '@/ui/lazyComponent';
import { readText } from '@/ui/readText';
import { readTime } from '../filters/localDateTime';

export interface AuditSearch {
  actor?: string;
  user?: string;
  action?: string;
  from?: string;
  to?: string;
  cursor?: string;
}

export const auditRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: '/admin/audit',
  validateSearch: (search: Record<string, unknown>): AuditSearch => ({
    actor: readText(search.actor),
    user: readText(search.user),
    action: readText(search.action),
    from: readTime(search.from),
    to: readTime(search.to),
    cursor: readText(search.cursor),
  }),
  component: lazyComponent(() => import('./AuditPage'), 'AuditPage'),
});
