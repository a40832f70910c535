import { query, type Schema } from '@/api/client';
import { isUnused, keyState } from '@/pages/keys/keyState';
import { m } from '@/paraglide/messages';
import { ButtonLink } from '@/ui/ButtonLink';
import { Card } from '@/ui/Card';
import { CodeBlock } from '@/ui/CodeBlock';
import { Loaded } from '@/ui/Loaded';
import { TextLink } from '@/ui/TextLink';
import { Time } from '@/ui/Time';

type Key = Schema<'ApiKeyResponse'>;

/** How many keys are named; the others are on their own page. */
const named = 5;

/** The first steps until a key was used, and afterwards the keys that need attention. */
export function KeysCard() {
  const keys = query.useQuery('get', '/api/v1/auth/api-keys');
  const isNew = keys.data?.every((key) => key.last_used_at === null) ?? false;
  return (
    <Card title={isNew ? m.overview_first_steps() : m.keys_title()} actions={<TextLink to="/keys">{m.overview_all_keys()}</TextLink>}>
      {/* The height of the first steps on a wide screen: what is below stays where it is. */}
      <div className="flex min-h-48 flex-col gap-4">
        <Loaded query={keys} lines={6}>
          {(all) => (isNew ? <FirstSteps hasKey={all.length > 0} /> : <Attention keys={all} />)}
        </Loaded>
      </div>
    </Card>
  );
}

function FirstSteps({ hasKey }: { hasKey: boolean }) {
  return (
    <ol className="flex list-decimal flex-col gap-3 ps-5 text-sm">
      <li>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          {hasKey ? m.overview_step_key_done() : m.overview_step_key()}
          {!hasKey && (
            <ButtonLink to="/keys" look="primary">
              {m.keys_create()}
            </ButtonLink>
          )}
        </div>
      </li>
      <li>
        <div className="flex flex-col gap-2">
          {m.overview_step_call()}
          <CodeBlock code={`curl -H "X-API-Key: $KEY" ${location.origin}/api/v1/auth/me`} label={m.usage_curl()} />
        </div>
      </li>
      <li>{m.overview_step_usage()}</li>
    </ol>
  );
}

function Attention({ keys }: { keys: Key[] }) {
  const states = keys.map((key) => ({ key, state: keyState(key) }));
  const working = states.filter(({ state }) => state === 'active' || state === 'expiring' || state === 'ending');
  const ending = working.filter(({ state }) => state !== 'active');
  const unused = working.filter(({ key }) => isUnused(key));
  return (
    <div className="flex flex-col gap-3 text-sm">
      <p>
        {m.overview_keys_working({ count: working.length })}{' '}
        {working.length > 0 && ending.length + unused.length === 0 && m.overview_keys_fine()}
      </p>
      {ending.length > 0 && <KeyList title={m.overview_keys_ending()} keys={ending.map(({ key }) => key)} time={(key) => key.expires_at} />}
      {unused.length > 0 && (
        <KeyList title={m.overview_keys_unused()} keys={unused.map(({ key }) => key)} time={(key) => key.last_used_at} />
      )}
      {unused.length > 0 && (
        <TextLink to="/keys" search={{ show: 'unused' }}>
          {m.overview_keys_unused_link()}
        </TextLink>
      )}
    </div>
  );
}

function KeyList({ title, keys, time }: { title: string; keys: Key[]; time: (key: Key) => string | null }) {
  return (
    <div>
      <p className="font-medium">{title}</p>
      <ul>
        {keys.slice(0, named).map((key) => {
          const at = time(key);
          return (
            <li key={key.id} className="flex flex-wrap justify-between gap-x-4">
              <span className="wrap-anywhere">{key.name || key.prefix}</span>
              <span className="text-muted">{at ? <Time value={at} dateOnly /> : m.keys_never()}</span>
            </li>
          );
        })}
        {keys.length > named && <li className="text-muted">{m.overview_keys_more({ count: keys.length - named })}</li>}
      </ul>
    </div>
  );
}
