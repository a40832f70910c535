import { useSyncExternalStore } from 'react';
import { m } from '@/paraglide/messages';
import { queryClient } from '@/queryClient';
import { Button } from '@/ui/Button';
import { ErrorPanel } from '@/ui/ErrorPanel';
import { formatBytes, formatNumber, formatPercent } from '@/ui/format';
import { Notice } from '@/ui/Notice';
import { FailureDownloads } from './FailureDownloads';
import type { ImportRun } from './ImportRun';
import { LeaveGuard } from './LeaveGuard';

interface ImportProgressProps {
  run: ImportRun;
  fileName: string;
  /** Chooses another file. */
  onReset: () => void;
}

/** How far an import is, what became of the lines, and what can be done about it. */
export function ImportProgress({ run, fileName, onReset }: ImportProgressProps) {
  const state = useSyncExternalStore(run.subscribe, run.current);
  const { status, position, created, existing, refused, error } = state;
  const share = run.file.size > 0 ? position.offset / run.file.size : 1;
  const isOver = status === 'done' || status === 'stopped';
  const counts = { created: formatNumber(created), existing: formatNumber(existing), refused: formatNumber(refused) };

  function finish() {
    queryClient.invalidateQueries({ queryKey: ['get', '/api/v1/admin/users'] });
    onReset();
  }

  return (
    <div className="flex flex-col gap-4">
      <LeaveGuard isActive={!isOver} onLeave={() => run.stop()} />
      <p className="text-sm font-medium break-words">{fileName}</p>
      <div
        role="progressbar"
        aria-label={m.import_progress({ name: fileName })}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.floor(share * 100)}
        className="h-2 overflow-hidden rounded-full bg-raised"
      >
        <div className="h-full bg-accent-ink" style={{ width: `${share * 100}%` }} />
      </div>
      <p className="text-sm text-muted">
        {m.import_position({
          share: formatPercent(Math.floor(share * 100) / 100),
          read: formatBytes(position.offset),
          size: formatBytes(run.file.size),
          line: formatNumber(position.line - 1),
        })}
      </p>
      <dl className="grid grid-cols-1 gap-3 text-sm sm:grid-cols-3">
        <Count name={m.import_created()} value={counts.created} />
        <Count name={m.import_existing()} value={counts.existing} />
        <Count name={m.import_refused()} value={counts.refused} />
      </dl>
      {status === 'failed' && <ErrorPanel error={error} />}
      {status === 'failed' && <p className="text-sm">{m.import_failed_text({ line: formatNumber(position.line) })}</p>}
      {status === 'paused' && <Notice isStatus>{m.import_paused_text({ line: formatNumber(position.line) })}</Notice>}
      {status === 'done' && (
        <Notice tone={refused > 0 ? 'warning' : 'success'} isStatus>
          {m.import_done(counts)}
        </Notice>
      )}
      {status === 'stopped' && <Notice isStatus>{m.import_stopped({ line: formatNumber(position.line) })}</Notice>}
      <div className="flex flex-wrap gap-2">
        {(status === 'running' || status === 'pausing') && (
          <Button onPress={() => run.pause()} isPending={status === 'pausing'}>
            {status === 'pausing' ? m.import_pausing() : m.import_pause()}
          </Button>
        )}
        {(status === 'paused' || status === 'failed') && (
          <>
            <Button look="primary" onPress={() => run.start()}>
              {m.import_resume()}
            </Button>
            <Button onPress={() => run.stop()}>{m.import_stop()}</Button>
          </>
        )}
        {isOver && <Button onPress={finish}>{m.import_another()}</Button>}
      </div>
      {status !== 'running' && status !== 'pausing' && existing + refused > 0 && <FailureDownloads run={run} hasRefused={refused > 0} />}
    </div>
  );
}

function Count({ name, value }: { name: string; value: string }) {
  return (
    <div className="rounded-md border border-line p-3">
      <dt className="text-muted">{name}</dt>
      <dd className="text-lg font-semibold">{value}</dd>
    </div>
  );
}
