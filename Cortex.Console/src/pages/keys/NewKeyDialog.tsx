import { useBlocker } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { CodeBlock } from '@/ui/CodeBlock';
import { CopyButton } from '@/ui/CopyButton';
import { Dialog } from '@/ui/Dialog';
import { DialogActions } from '@/ui/DialogActions';
import { Notice } from '@/ui/Notice';

interface NewKeyDialogProps {
  /** The key is only in this property, and gone once the dialog is closed. */
  created: Schema<'GeneratedApiKeyResponse'>;
  onSaved: () => void;
}

/** Shows a new key, which nobody will see again: only its own button closes the dialog, and leaving the page asks first. */
export function NewKeyDialog({ created, onSaved }: NewKeyDialogProps) {
  const [hasCopyFailed, setCopyFailed] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const field = useRef<HTMLElement>(null);
  useBlocker({
    enableBeforeUnload: true,
    shouldBlockFn: ({ next }) => {
      // After a logout, nobody's key stays on the page.
      const isBlocked = next.pathname !== '/login';
      setLeaving(isBlocked);
      return isBlocked;
    },
  });

  function select() {
    setCopyFailed(true);
    if (field.current) {
      getSelection()?.selectAllChildren(field.current);
    }
  }

  return (
    <Dialog title={m.keys_new({ name: created.name ?? '' })} isOpen onClose={onSaved} isDismissable={false}>
      <Notice tone="warning">{m.keys_new_once()}</Notice>
      {isLeaving && (
        <div role="alert">
          <Notice tone="warning">{m.keys_new_leaving()}</Notice>
        </div>
      )}
      <div className="flex flex-col items-start gap-2">
        <code ref={field} className="w-full rounded-md border border-control bg-raised p-2 text-sm break-all select-all">
          {created.key}
        </code>
        <CopyButton text={created.key} label={m.keys_copy()} isLabeled onFailed={select} />
        {hasCopyFailed && (
          <p role="alert" className="text-sm text-danger-ink">
            {m.keys_copy_failed()}
          </p>
        )}
      </div>
      <div className="flex flex-col gap-1">
        <p className="text-sm">{m.keys_try()}</p>
        <CodeBlock code={`curl -H "X-API-Key: ${created.key}" ${location.origin}/api/v1/auth/me`} label={m.usage_curl()} />
      </div>
      <DialogActions>
        <Button look="primary" onPress={onSaved}>
          {m.keys_saved()}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
