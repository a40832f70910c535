import { m } from '@/paraglide/messages';
import { useSession } from '@/session/useSession';
import { CheckboxField } from '@/ui/CheckboxField';
import { Field } from '@/ui/Field';

/** The server's own scopes, in words. */
const texts: Record<string, () => string> = {
  'usage:read': m.keys_scope_usage_read,
  introspect: m.keys_scope_introspect,
  'usage:write': m.keys_scope_usage_write,
};

/** The scopes of a new key: those of `choices`, or if it is null the server's own ones and any others. */
export function ScopeFields({ choices }: { choices: string[] | null }) {
  const session = useSession();
  const roles = session.status === 'authenticated' ? session.token.roles : [];
  const mayReport = roles.includes('service') || roles.includes('admin');
  const scopes = [...(choices ?? ['usage:read', 'introspect']), ...(mayReport ? ['usage:write'] : [])];
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="pb-1 text-sm font-medium">{m.keys_scopes()}</legend>
      {scopes.map((scope) => (
        <CheckboxField key={scope} name="scope" value={scope}>
          <code className="break-all">{scope}</code>
          {Object.hasOwn(texts, scope) && ` – ${texts[scope]?.()}`}
        </CheckboxField>
      ))}
      {choices === null && <Field label={m.keys_scopes_other()} name="scopes" hint={m.keys_scopes_hint()} autoComplete="off" />}
    </fieldset>
  );
}
