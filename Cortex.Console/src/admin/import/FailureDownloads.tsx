import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import type { ImportRun } from './ImportRun';

/** The lines that didn't create an account, with the reasons; and those that were refused, to be corrected and sent again. */
export function FailureDownloads({ run, hasRefused }: { run: ImportRun; hasRefused: boolean }) {
  return (
    <div className="flex flex-col gap-2 border-t border-line pt-4 text-sm">
      <p>{m.import_failures_text()}</p>
      <div className="flex flex-wrap gap-2">
        <Button size="small" onPress={() => save(run.reasons, 'import-results.ndjson')}>
          {m.import_download_reasons()}
        </Button>
        {hasRefused && (
          <Button size="small" onPress={() => save(run.refusedLines, 'refused-lines.ndjson')}>
            {m.import_download_lines()}
          </Button>
        )}
      </div>
    </div>
  );
}

function save(parts: Blob[], name: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(parts, { type: 'application/x-ndjson' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
