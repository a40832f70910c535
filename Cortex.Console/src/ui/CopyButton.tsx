import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { m } from '@/paraglide/messages';
import { announce } from './announce';
import { Button } from './Button';

interface CopyButtonProps {
  text: string;
  /** What is copied, for screen readers, such as “Copy trace ID”. */
  label: string;
  /** Shows the label beside the icon. */
  isLabeled?: boolean;
  /** Called when the clipboard can't be used (plain http, or permission denied), to select the text instead. */
  onFailed?: () => void;
}

export function CopyButton({ text, label, isLabeled, onFailed }: CopyButtonProps) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (isCopied) {
      const timer = setTimeout(() => setCopied(false), 2000);
      return () => clearTimeout(timer);
    }
  }, [isCopied]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      announce(m.common_copied());
    } catch {
      announce(m.common_copy_failed());
      onFailed?.();
    }
  }

  const Icon = isCopied ? Check : Copy;
  return (
    <Button look={isLabeled ? 'secondary' : 'plain'} size="small" aria-label={isLabeled ? undefined : label} onPress={copy}>
      <Icon size={16} aria-hidden /> {isLabeled && (isCopied ? m.common_copied() : label)}
    </Button>
  );
}
