import { useEffect, useState } from 'react';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { CodeBlock } from '@/ui/CodeBlock';
import { formatBytes } from '@/ui/format';
import { FilePicker } from './FilePicker';
import { ImportProgress } from './ImportProgress';
import { ImportRun } from './ImportRun';
import { sendPiece } from './sendPiece';

const example = '{"email": "ada@example.com", "password_hash": "$2b$12$…", "subscription_tier": "pro", "is_verified": true}';

/** Chooses a file, and imports it. */
export function ImportCard() {
  const [file, setFile] = useState<File>();
  const [run, setRun] = useState<ImportRun>();
  useEffect(() => () => run?.stop(), [run]);

  function start(chosen: File) {
    const next = new ImportRun(chosen, sendPiece);
    setRun(next);
    next.start();
  }

  function reset() {
    setRun(undefined);
    setFile(undefined);
  }

  return (
    <Card title={m.import_title()}>
      {run && file ? (
        <ImportProgress run={run} fileName={file.name} onReset={reset} />
      ) : (
        <>
          <div className="flex flex-col gap-2 text-sm">
            <p>{m.import_format()}</p>
            <CodeBlock code={example} label={m.import_example()} />
            <p className="text-muted">{m.import_format_hint()}</p>
          </div>
          <FilePicker onChoose={setFile}>
            {file ? m.import_chosen({ name: file.name, size: formatBytes(file.size) }) : m.import_choose()}
          </FilePicker>
          {file && (
            <div className="flex flex-wrap gap-2">
              <Button look="primary" onPress={() => start(file)} isDisabled={file.size === 0}>
                {m.import_start()}
              </Button>
              <Button onPress={reset}>{m.common_cancel()}</Button>
            </div>
          )}
        </>
      )}
    </Card>
  );
}
