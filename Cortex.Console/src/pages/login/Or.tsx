import { m } from '@/paraglide/messages';

/** The line between two ways to do the same. */
export function Or() {
  return (
    <div className="flex items-center gap-3 text-sm text-muted">
      <span className="grow border-t border-line" />
      {m.login_or()}
      <span className="grow border-t border-line" />
    </div>
  );
}
