import { createRouter } from '@tanstack/react-router';
import { auditRoute } from './admin/audit/route';
import { billingEventsRoutes } from './admin/billingEvents/route';
import { importRoute } from './admin/import/route';
import { reconciliationRoute } from './admin/reconciliation/route';
import { statisticsRoute } from './admin/statistics/route';
import { allUsageRoute } from './admin/usage/route';
import { userRoute } from './admin/user/route';
import { usersRoute } from './admin/users/route';
import { PageSkeleton } from './layout/PageSkeleton';
import { accountRoute } from './pages/account/route';
import { activityRoute } from './pages/activity/route';
import { billingRoute } from './pages/billing/route';
import { forgotPasswordRoute } from './pages/forgotPassword/route';
import { keysRoute } from './pages/keys/route';
import { loginRoute } from './pages/login/route';
import { overviewRoute } from './pages/overview/route';
import { registerRoute } from './pages/register/route';
import { securityRoute } from './pages/security/route';
import { sessionsRoute } from './pages/sessions/route';
import { usageRoute } from './pages/usage/route';
import { appRoute, publicRoute, rootRoute, staffRoute } from './routes';

const routeTree = rootRoute.addChildren([
  publicRoute.addChildren([loginRoute, registerRoute, forgotPasswordRoute]),
  appRoute.addChildren([
    overviewRoute,
    keysRoute,
    usageRoute,
    billingRoute,
    activityRoute,
    accountRoute,
    securityRoute,
    sessionsRoute,
    staffRoute.addChildren([
      statisticsRoute,
      usersRoute,
      userRoute,
      importRoute,
      auditRoute,
      allUsageRoute,
      ...billingEventsRoutes,
      reconciliationRoute,
    ]),
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0, // Preloading a page loads its script, but not its data.
  defaultPendingComponent: PageSkeleton,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
