import { m } from '@/paraglide/messages';
import { useUser } from '@/session/useSession';
import { TextLink } from '@/ui/TextLink';

interface UserLinkProps {
  id: string;
  /** Null if the account was deleted. */
  email: string | null;
}

export function UserLink({ id, email }: UserLinkProps) {
  const me = useUser();
  return (
    <span className="inline-block wrap-anywhere md:min-w-24">
      <TextLink to="/admin/users/$id" params={{ id }} preload={false} title={id}>
        {id === me.id ? m.audit_you() : (email ?? <span className="whitespace-nowrap">{shortId(id)}</span>)}
      </TextLink>
    </span>
  );
}

/** The end of an id; the beginning of ids that were made at about the same time is the same. */
function shortId(id: string) {
  return `…${id.slice(-8)}`;
}
