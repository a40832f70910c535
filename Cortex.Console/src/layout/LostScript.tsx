import { useEffect, useState } from 'react';
import { ErrorPanel } from '@/ui/ErrorPanel';
import type { ScriptError } from '@/ui/ScriptError';
import { Skeleton } from '@/ui/Skeleton';
import { reloadAfterDeployment, reloadIfServerAnswers } from './reloadAfterDeployment';

/** Loads the page anew if a deployment has replaced its scripts. While the server can't be reached, it says so, and the person tries again. */
export function LostScript({ error }: { error: ScriptError }) {
  const [isTrying, setTrying] = useState(true);
  useEffect(() => {
    reloadAfterDeployment().then(setTrying);
  }, []);

  async function retry() {
    setTrying(true);
    setTrying(await reloadIfServerAnswers());
  }

  return isTrying ? <Skeleton /> : <ErrorPanel error={error} onRetry={retry} />;
}
