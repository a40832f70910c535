import { api } from '@/api/client';
import { ApiError } from '@/api/problem';
import { m } from '@/paraglide/messages';
import { rememberEmail } from './knownEmails';

const userId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The id of the user whose id or email somebody entered; undefined for nothing. Throws a message for the field if it is no user's. The beginning of an
 * email is enough to look for something, but not to change something.
 */
export async function resolveUser(entered: FormDataEntryValue | null, field: string, isWholeEmail = false): Promise<string | undefined> {
  const text = String(entered ?? '').trim();
  if (!text || userId.test(text)) {
    return text.toLowerCase() || undefined;
  }

  const { data } = await api.GET('/api/v1/admin/users', { params: { query: { email: text, limit: 2 } } });
  const users = data?.items ?? [];
  const exact = users.find((user) => user.email.toLowerCase() === text.toLowerCase());
  const match = exact ?? (isWholeEmail || users.length !== 1 ? undefined : users[0]);
  if (!match) {
    throw fieldError(field, isWholeEmail ? m.audit_no_such_user() : users.length > 1 ? m.audit_several_users() : m.audit_no_user());
  }

  rememberEmail(match.id, match.email);
  return match.id;
}

function fieldError(field: string, detail: string) {
  return new ApiError(400, 'validation_failed', detail, {
    title: '',
    status: 400,
    detail,
    code: 'validation_failed',
    errors: { [field]: [detail] },
  });
}
