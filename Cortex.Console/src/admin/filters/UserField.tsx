import { useId } from 'react';
import { query } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Field } from '@/ui/Field';
import { knownEmail } from './knownEmails';
import { useDebounced } from './useDebounced';
import { useFollowing } from './useFollowing';

interface UserFieldProps {
  label: string;
  name: string;
  /** The id of the user who is chosen now. */
  userId?: string;
  isRequired?: boolean;
  autoFocus?: boolean;
}

/** Takes an email, its beginning, or a user's id. `resolveUser` turns what was entered into the id when the form is sent. */
export function UserField({ userId, ...props }: UserFieldProps) {
  const [text, setText] = useFollowing((userId && knownEmail(userId)) ?? userId ?? '');
  const list = useId();
  const prefix = useDebounced(text.trim(), 250);
  const isSearch = prefix.length > 1 && prefix !== userId && !/^[0-9a-f]{8}-/i.test(prefix) && !(userId && prefix === knownEmail(userId));
  const { data } = query.useQuery('get', '/api/v1/admin/users', { params: { query: { email: prefix, limit: 8 } } }, { enabled: isSearch });
  return (
    <>
      <Field {...props} value={text} onChange={setText} placeholder={m.audit_user_placeholder()} autoComplete="off" input={{ list }} />
      <datalist id={list}>{isSearch && data?.items.map((user) => <option key={user.id} value={user.email} />)}</datalist>
    </>
  );
}
