import { QueryClientProvider } from '@tanstack/react-query';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { LogOut, Menu, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { ReauthenticationDialog } from '@/pages/login/ReauthenticationDialog';
import { m } from '@/paraglide/messages';
import { queryClient } from '@/queryClient';
import { watchIdleness } from '@/session/idle';
import { logOut } from '@/session/logout';
import { useUser } from '@/session/useSession';
import { Button } from '@/ui/Button';
import { classes } from '@/ui/classes';
import { ErrorPanel } from '@/ui/ErrorPanel';
import { Logo } from '@/ui/Logo';
import { Navigation } from './Navigation';
import { Preferences } from './Preferences';

/**
 * Remounts the pages when another user logs in, so that no form or dialog keeps what the first one typed or saw. After a logout, they stay as they
 * are until the login page replaces them.
 */
export function AppFrame() {
  const { id } = useUser();
  const [shown, setShown] = useState(id);
  if (id && id !== shown) {
    setShown(id);
  }

  return (
    <QueryClientProvider client={queryClient}>
      <Frame key={shown} />
    </QueryClientProvider>
  );
}

/** Navigation, account, and the page itself. */
function Frame() {
  const user = useUser();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [isMenuOpen, setMenuOpen] = useState(false);
  const [error, setError] = useState<unknown>();

  useEffect(() => (user.isStaff ? watchIdleness() : undefined), [user.isStaff]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a navigation closes the menu.
  useEffect(() => setMenuOpen(false), [path]);

  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-surface focus:p-2">
        {m.common_skip_to_content()}
      </a>
      <header className="flex flex-col gap-4 border-b border-line bg-surface p-3 lg:sticky lg:top-0 lg:h-dvh lg:overflow-y-auto lg:border-e lg:border-b-0 lg:p-4">
        <div className="flex items-center justify-between gap-2">
          <Logo />
          <span className="lg:hidden">
            <Button
              look="plain"
              size="small"
              aria-expanded={isMenuOpen}
              aria-controls="menu"
              aria-label={isMenuOpen ? m.common_close_menu() : m.common_open_menu()}
              onPress={() => setMenuOpen(!isMenuOpen)}
            >
              {isMenuOpen ? <X size={20} aria-hidden /> : <Menu size={20} aria-hidden />}
            </Button>
          </span>
        </div>
        <div id="menu" className={classes('grow flex-col gap-4 lg:flex', isMenuOpen ? 'flex' : 'hidden')}>
          <Navigation isStaff={user.isStaff} />
          <div className="flex flex-col items-start gap-2 border-t border-line pt-3">
            <p className="max-w-full truncate text-sm text-muted" title={user.email}>
              {user.email}
            </p>
            <Button size="small" onPress={() => logOut().catch(setError)}>
              <LogOut size={16} aria-hidden /> {m.common_log_out()}
            </Button>
            {error != null && <ErrorPanel error={error} />}
            <Preferences />
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1} className="mx-auto flex w-full max-w-6xl min-w-0 flex-col gap-5 p-4 sm:p-6">
        <Outlet />
      </main>
      <ReauthenticationDialog />
    </div>
  );
}
