import { useBlocker } from '@tanstack/react-router';
import { Download, Printer } from 'lucide-react';
import { useRef } from 'react';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { brand } from '@/ui/brand';
import { CopyButton } from '@/ui/CopyButton';
import { Dialog } from '@/ui/Dialog';
import { DialogActions } from '@/ui/DialogActions';
import { saveText } from './saveText';
import { selectText } from './selectText';

interface RecoveryCodesDialogProps {
  codes: string[];
  email: string;
  /** Called when the user says that the codes are saved. */
  onSaved: () => void;
}

/** Shows new recovery codes, this once. It closes only by its button, and the page isn't left without a warning. */
export function RecoveryCodesDialog({ codes, email, onSaved }: RecoveryCodesDialogProps) {
  const list = useRef<HTMLUListElement>(null);
  useBlocker({ shouldBlockFn: () => !confirm(m.security_codes_leave()), enableBeforeUnload: true });

  function download() {
    const heading = m.security_codes_heading({ product: brand.title, email });
    saveText('recovery-codes.txt', [heading, m.security_codes_once(), '', ...codes, ''].join('\n'));
  }

  return (
    <Dialog title={m.security_codes_title()} isOpen isDismissable={false} onClose={onSaved}>
      <p className="text-sm">{m.security_codes_text()}</p>
      <p className="hidden text-sm print:block">{m.security_codes_heading({ product: brand.title, email })}</p>
      <ul ref={list} className="flex flex-col gap-2 rounded-md bg-raised p-3 font-mono text-sm">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2 print:hidden">
        <Button size="small" onPress={download}>
          <Download size={16} aria-hidden /> {m.security_codes_download()}
        </Button>
        <Button size="small" onPress={() => print()}>
          <Printer size={16} aria-hidden /> {m.security_codes_print()}
        </Button>
        <CopyButton text={codes.join('\n')} label={m.security_codes_copy()} isLabeled onFailed={() => selectText(list.current)} />
      </div>
      <div className="print:hidden">
        <DialogActions>
          <Button look="primary" onPress={onSaved}>
            {m.security_codes_saved()}
          </Button>
        </DialogActions>
      </div>
    </Dialog>
  );
}
