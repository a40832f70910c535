import { api } from '@/api/client';
import { ApiError } from '@/api/problem';
import { m } from '@/paraglide/messages';
import { rememberEmail } from './knownEmails';

const userId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id of the user whose id or email somebody entered; undefined for nothing. Throws a message for the field if it is no user's. */
export async function resolveUser(entered: FormDataEntryValue | null, field: string): Promise<string | undefined> {
  const text = String(entered ?? '').trim();
  if (!text || userId.test(text)) {
    return text.toLowerCase() || undefined;
  }

  const { data } = await api.GET('/api/v1/admin/users', { params: { query: { email: text, limit: 2 } } });
  const users = data?.items ?? [];
  const match = users.find((user) => user.email.toLowerCase() === text.toLowerCase()) ?? users[0];
  if (!match || (users.length > 1 && match.email.toLowerCase() !== text.toLowerCase())) {
    const message = match ? m.audit_several_users() : m.audit_no_user();
    throw new ApiError(400, 'validation_failed', message, {
      title: '',
      status: 400,
      detail: message,
      code: 'validation_failed',
      errors: { [field]: [message] },
    });
  }

  rememberEmail(match.id, match.email);
  return match.id;
}
