import { getRouteApi, useRouter } from '@tanstack/react-router';
import { api } from '@/api/client';
import { m } from '@/paraglide/messages';
import { nextPage } from '@/session/next';
import { logIn } from '@/session/session';
import { Button } from '@/ui/Button';
import { Field } from '@/ui/Field';
import { PageHeading } from '@/ui/PageHeading';
import { SubmitForm } from '@/ui/SubmitForm';

const route = getRouteApi('/public/login');

export function LoginPage() {
  const { next } = route.useSearch();
  const router = useRouter();

  async function submit(fields: FormData) {
    const { data } = await api.POST('/api/v1/auth/login', {
      params: { query: { use_cookies: true } },
      body: { email: String(fields.get('email')), password: String(fields.get('password')) },
    });
    if (data) {
      logIn(data);
      router.history.replace(nextPage(next));
    }
  }

  return (
    <>
      <PageHeading title={m.login_title()} />
      <SubmitForm onSubmit={submit}>
        {(isPending) => (
          <>
            <Field label={m.common_email()} name="email" type="email" autoComplete="username webauthn" isRequired autoFocus />
            <Field label={m.common_password()} name="password" type="password" autoComplete="current-password" isRequired />
            <Button type="submit" look="primary" isWide isPending={isPending}>
              {m.login_submit()}
            </Button>
          </>
        )}
      </SubmitForm>
    </>
  );
}
