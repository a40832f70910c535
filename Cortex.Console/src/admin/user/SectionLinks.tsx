import { Link } from '@tanstack/react-router';
import { m } from '@/paraglide/messages';
import { type Section, sections } from './sections';

/** Links to the parts of a user's page. They wrap on a phone, so that all of them are in view. */
export function SectionLinks({ id }: { id: string }) {
  const names: Record<Section, string> = {
    account: m.user_section_account(),
    sessions: m.common_nav_sessions(),
    keys: m.common_nav_keys(),
    usage: m.common_nav_usage(),
    billing: m.common_nav_billing(),
    activity: m.common_nav_activity(),
  };
  return (
    <nav aria-label={m.user_sections()} className="flex flex-wrap gap-x-1 border-b border-line">
      {sections.map((section) => (
        <Link
          key={section}
          to="/admin/users/$id"
          params={{ id }}
          search={{ section: section === 'account' ? undefined : section }}
          resetScroll={false}
          activeOptions={{ explicitUndefined: true }}
          className="border-b-2 border-transparent px-2.5 py-2 text-sm text-muted hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-accent-ink"
        >
          {names[section]}
        </Link>
      ))}
    </nav>
  );
}
