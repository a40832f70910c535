import { m } from '@/paraglide/messages';
import { useSession } from '@/session/useSession';
import { Notice } from '@/ui/Notice';

/** Says why the user has to log in again. */
export function EndNotice() {
  const session = useSession();
  const reason = session.status === 'anonymous' ? session.reason : 'none';
  const texts = { none: '', logged_out: m.login_logged_out(), ended: m.login_ended(), idle: m.login_idle() };
  return reason !== 'none' && <Notice isStatus>{texts[reason]}</Notice>;
}
