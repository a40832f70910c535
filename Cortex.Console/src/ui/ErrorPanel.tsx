import { useEffect, useState } from 'react';
import { ApiError } from '@/api/problem';
import { m } from '@/paraglide/messages';
import { Button } from './Button';
import { CopyButton } from './CopyButton';
import { errorText } from './errorText';

interface ErrorPanelProps {
  error: unknown;
  /** Tries again what failed. Without it, the form's own button does. */
  onRetry?: () => void;
}

/** Says what the server said, how to find it in the server's log, and when to try again. */
export function ErrorPanel({ error, onRetry }: ErrorPanelProps) {
  const seconds = useSecondsUntil(error instanceof ApiError ? error.retryAt : undefined);
  const problem = error instanceof ApiError ? error.problem : undefined;
  return (
    <div role="alert" className="flex flex-col gap-2 rounded-md border border-danger bg-danger-soft p-3 text-sm text-danger-ink">
      <p className="whitespace-pre-line break-words">{errorText(error)}</p>
      {seconds > 0 && <p aria-live="off">{m.common_retry_in({ seconds })}</p>}
      {(problem?.trace_id || onRetry) && (
        <div className="flex flex-wrap items-center gap-3">
          {onRetry && (
            <Button size="small" onPress={onRetry} isDisabled={seconds > 0}>
              {m.common_retry()}
            </Button>
          )}
          {problem?.trace_id && (
            <span className="flex flex-wrap items-center gap-1 text-xs">
              {m.common_trace_id()} <code className="break-all">{problem.trace_id}</code>
              <CopyButton text={problem.trace_id} label={m.common_copy_trace_id()} />
            </span>
          )}
        </div>
      )}
    </div>
  );
}

function useSecondsUntil(time: number | undefined) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (time === undefined) {
      return;
    }

    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [time]);
  return time === undefined ? 0 : Math.max(0, Math.ceil((time - now) / 1000));
}
