import { Download } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { m } from '@/paraglide/messages';
import { announce } from './announce';
import { Button } from './Button';
import { download } from './download';
import { ErrorPanel } from './ErrorPanel';
import { formatBytes } from './format';

interface DownloadButtonProps {
  label: string;
  /** The route with its query. */
  url: string;
  accept: string;
  fileName: string;
}

/** Downloads a file from the API. Says how much has arrived, can be canceled, and shows why it failed. */
export function DownloadButton({ label, ...file }: DownloadButtonProps) {
  const [bytes, setBytes] = useState<number>();
  const [error, setError] = useState<unknown>();
  const canceling = useRef<AbortController>(undefined);
  useEffect(() => () => canceling.current?.abort(), []);

  async function start() {
    setError(undefined);
    setBytes(0);
    canceling.current = new AbortController();
    try {
      if (await download({ ...file, onProgress: setBytes, signal: canceling.current.signal })) {
        announce(m.usage_download_done());
      }
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBytes(undefined);
    }
  }

  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <Button size="small" onPress={start} isPending={bytes !== undefined}>
          <Download size={16} aria-hidden /> {bytes ? m.usage_download_progress({ size: formatBytes(bytes) }) : label}
        </Button>
        {bytes !== undefined && (
          <Button size="small" look="plain" onPress={() => canceling.current?.abort()}>
            {m.common_cancel()}
          </Button>
        )}
      </div>
      {error != null && <ErrorPanel error={error} />}
    </div>
  );
}
