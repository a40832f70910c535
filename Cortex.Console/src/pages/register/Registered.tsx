import { ResendVerification } from '@/pages/login/ResendVerification';
import { m } from '@/paraglide/messages';
import { ButtonLink } from '@/ui/ButtonLink';
import { PageHeading } from '@/ui/PageHeading';

interface RegisteredProps {
  email: string;
  /** False if the email has to be verified first. The server doesn't tell then whether the address was new. */
  isLoggedIn: boolean;
}

/** What to do after a registration. */
export function Registered({ email, isLoggedIn }: RegisteredProps) {
  return isLoggedIn ? (
    <>
      <PageHeading title={m.register_done_title()} />
      <p className="break-words">{m.register_done_text({ email })}</p>
      <ButtonLink to="/" look="primary">
        {m.register_continue()}
      </ButtonLink>
    </>
  ) : (
    <>
      <PageHeading title={m.register_check_title()} />
      <p className="break-words">{m.register_check_text({ email })}</p>
      <p className="text-sm text-muted">{m.register_check_hint()}</p>
      <ResendVerification email={email} />
      <ButtonLink to="/login" look="primary">
        {m.register_to_login()}
      </ButtonLink>
    </>
  );
}
