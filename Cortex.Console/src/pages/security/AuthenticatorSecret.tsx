import { useRef } from 'react';
import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';
import { buttonClass } from '@/ui/buttonClass';
import { CopyButton } from '@/ui/CopyButton';
import { groupSecret } from './groupSecret';
import { selectText } from './selectText';

/** The secret as a QR code and as a key. On a phone, which can't scan itself, a link to the app and the key come first. */
export function AuthenticatorSecret({ setup }: { setup: Schema<'EnableTwoFactorResponse'> }) {
  const key = useRef<HTMLElement>(null);
  return (
    <div className="flex flex-col gap-4 sm:flex-row-reverse sm:items-start">
      <div className="flex min-w-0 grow flex-col items-start gap-3 text-sm">
        <p className="hidden sm:block">{m.security_scan()}</p>
        <p className="sm:hidden">{m.security_open_app_text()}</p>
        <a href={setup.otpauth_uri} className={buttonClass('primary', 'small')}>
          {m.security_open_app()}
        </a>
        <p>{m.security_enter_key()}</p>
        <code ref={key} className="rounded-md bg-raised p-2 text-sm break-words">
          {groupSecret(setup.secret)}
        </code>
        <CopyButton text={setup.secret} label={m.security_copy_key()} isLabeled onFailed={() => selectText(key.current)} />
      </div>
      <img
        src={setup.qr_code}
        alt={m.security_qr_code()}
        width={192}
        height={192}
        className="size-48 shrink-0 self-center rounded-md border border-line bg-white p-2 [image-rendering:pixelated] sm:self-start"
      />
    </div>
  );
}
