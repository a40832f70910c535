import { Outlet } from '@tanstack/react-router';
import { Logo } from '@/ui/Logo';
import { Preferences } from './Preferences';

/** The pages before the login: one narrow column. */
export function PublicLayout() {
  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-md flex-col gap-6 px-4 py-6 sm:py-12">
      <header>
        <Logo />
      </header>
      <main className="flex flex-col gap-5 rounded-lg border border-line bg-surface p-5 sm:p-6">
        <Outlet />
      </main>
      <footer>
        <Preferences />
      </footer>
    </div>
  );
}
