import { m } from '@/paraglide/messages';
import { CopyButton } from './CopyButton';

/** A command or a snippet to copy. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className="flex w-full min-w-0 items-start gap-1 rounded-md border border-line bg-raised p-2">
      <pre className="min-w-0 grow text-xs whitespace-pre-wrap break-all">
        <code>{code}</code>
      </pre>
      <CopyButton text={code} label={m.common_copy_code({ label })} />
    </div>
  );
}
