import { useQueryClient } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { api, query, type Schema } from '@/api/client';
import { ApiError } from '@/api/problem';
import { m } from '@/paraglide/messages';
import { announce } from '@/ui/announce';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { firstData } from '@/ui/firstData';
import { focusHeading } from '@/ui/focusHeading';
import { Loaded } from '@/ui/Loaded';
import { PageHeading } from '@/ui/PageHeading';
import { deviceName } from './deviceName';
import { SessionTable } from './SessionTable';
import { sortSessions } from './sortSessions';

type Session = Schema<'SessionResponse'>;

export const load = () => firstData(query.queryOptions('get', '/api/v1/auth/sessions'));

export function SessionsPage() {
  const sessions = query.useQuery('get', '/api/v1/auth/sessions');
  const queryClient = useQueryClient();
  const [ending, setEnding] = useState<Session>();
  const [isEndingOthers, setEndingOthers] = useState(false);

  async function refresh(status: string) {
    await queryClient.invalidateQueries({ queryKey: ['get', '/api/v1/auth/sessions'] });
    announce(status);
    focusHeading();
  }

  async function endOne() {
    if (ending) {
      await end(ending.id);
      await refresh(m.sessions_ended());
    }
  }

  async function endOthers() {
    // Asked anew, so that a session that began in the meantime ends, too.
    const { data = [] } = await api.GET('/api/v1/auth/sessions');
    for (const session of data.filter((one) => !one.is_current)) {
      await end(session.id);
    }

    await refresh(m.sessions_others_ended());
  }

  const others = sessions.data?.filter((session) => !session.is_current).length ?? 0;
  return (
    <>
      <PageHeading title={m.sessions_title()}>
        <Button onPress={() => sessions.refetch()} isPending={sessions.isRefetching}>
          <RefreshCw size={16} aria-hidden /> {m.sessions_refresh()}
        </Button>
        {others > 0 && (
          <Button look="danger" onPress={() => setEndingOthers(true)}>
            {m.sessions_end_others()}
          </Button>
        )}
      </PageHeading>
      <Card>
        <p className="text-sm text-muted">{m.sessions_explanation()}</p>
        <Loaded query={sessions} lines={4}>
          {(data) => <SessionTable sessions={sortSessions(data)} onEnd={setEnding} />}
        </Loaded>
      </Card>
      <ConfirmDialog
        title={m.sessions_end_title()}
        action={m.sessions_end()}
        isOpen={ending !== undefined}
        onClose={() => setEnding(undefined)}
        onConfirm={endOne}
      >
        {ending && <p>{m.sessions_end_text({ device: deviceName(ending), address: ending.ip ?? m.sessions_unknown_address() })}</p>}
        <p>{m.sessions_end_hint()}</p>
      </ConfirmDialog>
      <ConfirmDialog
        title={m.sessions_end_others()}
        action={m.sessions_end_others()}
        isOpen={isEndingOthers}
        onClose={() => setEndingOthers(false)}
        onConfirm={endOthers}
      >
        <p>{m.sessions_end_others_text()}</p>
      </ConfirmDialog>
    </>
  );
}

async function end(id: string) {
  try {
    await api.DELETE('/api/v1/auth/sessions/{id}', { params: { path: { id } } });
  } catch (error) {
    // 404: it has ended already.
    if (!(error instanceof ApiError && error.status === 404)) {
      throw error;
    }
  }
}
