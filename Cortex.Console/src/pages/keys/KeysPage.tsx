import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { api, query, type Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { queryClient } from '@/queryClient';
import { announce } from '@/ui/announce';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { CodeBlock } from '@/ui/CodeBlock';
import { EmptyState } from '@/ui/EmptyState';
import { ErrorPanel } from '@/ui/ErrorPanel';
import { firstData } from '@/ui/firstData';
import { focusHeadingIfLost } from '@/ui/focusHeading';
import { Loaded } from '@/ui/Loaded';
import { PageHeading } from '@/ui/PageHeading';
import { CreateKeyDialog } from './CreateKeyDialog';
import { EditKeyDialog } from './EditKeyDialog';
import { KeyFilters } from './KeyFilters';
import { type KeyAction, KeysTable } from './KeysTable';
import { filterKeys } from './keyFilter';
import type { Key } from './keyState';
import { NewKeyDialog } from './NewKeyDialog';
import { RevokeKeyDialog } from './RevokeKeyDialog';
import { RotateKeyDialog } from './RotateKeyDialog';

const route = getRouteApi('/app/keys');

/** From this many keys on, the list can be searched. */
const manyKeys = 6;

export const load = () => firstData(query.queryOptions('get', '/api/v1/auth/api-keys'));

export function KeysPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const keys = query.useQuery('get', '/api/v1/auth/api-keys');
  const [open, setOpen] = useState<{ action: KeyAction | 'create'; key?: Key }>();
  const [created, setCreated] = useState<Schema<'GeneratedApiKeyResponse'>>();
  const [error, setError] = useState<unknown>();

  function finish() {
    setOpen(undefined);
    return queryClient.invalidateQueries({ queryKey: ['get', '/api/v1/auth/api-keys'] });
  }

  function show(key: Schema<'GeneratedApiKeyResponse'>) {
    setCreated(key);
    finish();
  }

  /** The button of the empty page, which has made the first key, is gone by now. */
  function hide() {
    setCreated(undefined);
    focusHeadingIfLost();
  }

  async function toggle(key: Key) {
    setError(undefined);
    try {
      await api.PATCH('/api/v1/auth/api-keys/{key_id}', { params: { path: { key_id: key.id } }, body: { is_active: !key.is_active } });
      announce(key.is_active ? m.keys_turned_off() : m.keys_turned_on());
      await finish();
    } catch (thrown) {
      setError(thrown);
    }
  }

  const target = open?.key;
  const create = (
    <Button look="primary" onPress={() => setOpen({ action: 'create' })}>
      {m.keys_create()}
    </Button>
  );
  return (
    <>
      <PageHeading title={m.keys_title()}>{keys.data && keys.data.length > 0 && create}</PageHeading>
      {error != null && <ErrorPanel error={error} />}
      <Card>
        <Loaded query={keys} lines={6}>
          {(all) => {
            const rows = filterKeys(all, search.show, search.name);
            return all.length === 0 ? (
              <EmptyState title={m.keys_empty()}>
                {create}
                <p className="text-sm">{m.keys_empty_text()}</p>
                <CodeBlock code={`curl -H "X-API-Key: $KEY" ${location.origin}/api/v1/auth/me`} label={m.usage_curl()} />
              </EmptyState>
            ) : (
              <>
                {(all.length >= manyKeys || search.show || search.name) && (
                  <KeyFilters
                    {...search}
                    onChange={(change) =>
                      navigate({ search: (old) => ({ ...old, ...change }), replace: 'name' in change, resetScroll: false })
                    }
                  />
                )}
                {rows.length > 0 ? (
                  <KeysTable
                    rows={rows}
                    keys={all}
                    onAction={(action, key) => (action === 'toggle' ? toggle(key) : setOpen({ action, key }))}
                  />
                ) : (
                  <EmptyState title={m.keys_none_match()} />
                )}
              </>
            );
          }}
        </Loaded>
      </Card>
      <CreateKeyDialog isOpen={open?.action === 'create'} onClose={() => setOpen(undefined)} onCreated={show} />
      {open?.action === 'rotate' && target && <RotateKeyDialog keyToRotate={target} onClose={() => setOpen(undefined)} onRotated={show} />}
      {open?.action === 'edit' && target && <EditKeyDialog keyToEdit={target} onClose={() => setOpen(undefined)} onSaved={finish} />}
      {open?.action === 'revoke' && target && <RevokeKeyDialog keyToRevoke={target} onClose={finish} />}
      {created && <NewKeyDialog created={created} onSaved={hide} />}
    </>
  );
}
