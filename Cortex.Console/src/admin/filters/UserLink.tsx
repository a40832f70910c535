import { m } from '@/paraglide/messages';
import { useUser } from '@/session/useSession';
import { TextLink } from '@/ui/TextLink';
import { knownEmail } from './knownEmails';

/** A link to a user of whom a list has only the id. */
export function UserLink({ id }: { id: string }) {
  const me = useUser();
  return (
    <TextLink to="/admin/users/$id" params={{ id }} preload={false} title={id}>
      {id === me.id ? m.audit_you() : (knownEmail(id) ?? <span className="whitespace-nowrap">{shortId(id)}</span>)}
    </TextLink>
  );
}

/** The end of an id; the beginning of ids that were made at about the same time is the same. */
function shortId(id: string) {
  return `…${id.slice(-8)}`;
}
