import { useRef } from 'react';
import { m } from '@/paraglide/messages';
import { CopyButton } from '@/ui/CopyButton';

/** What Polar sent, laid out to be read. */
export function Payload({ payload }: { payload: unknown }) {
  const block = useRef<HTMLPreElement>(null);
  if (payload === null || payload === undefined) {
    return <p className="text-sm text-muted">{m.billing_events_no_payload()}</p>;
  }

  const text = typeof payload === 'string' ? payload : JSON.stringify(payload, null, 2);
  return (
    <>
      <div>
        <CopyButton
          text={text}
          label={m.billing_events_copy_payload()}
          isLabeled
          onFailed={() => block.current && getSelection()?.selectAllChildren(block.current)}
        />
      </div>
      <section
        aria-label={m.billing_events_payload_text()}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys scroll the text.
        tabIndex={0}
        className="max-h-128 overflow-auto rounded-md border border-line bg-raised p-3"
      >
        <pre ref={block} className="text-xs whitespace-pre-wrap break-all">
          {text}
        </pre>
      </section>
    </>
  );
}
