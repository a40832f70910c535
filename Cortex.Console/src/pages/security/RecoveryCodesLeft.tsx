import { m } from '@/paraglide/messages';
import { Notice } from '@/ui/Notice';
import { fewRecoveryCodes } from './recoveryCodes';

/** How many recovery codes are left, with a warning before there are none. */
export function RecoveryCodesLeft({ count }: { count: number }) {
  const text = count === 0 ? m.security_codes_none() : m.security_codes_left({ count });
  return count > fewRecoveryCodes ? (
    <p className="text-sm">{text}</p>
  ) : (
    <Notice tone="warning">
      <p>
        {text} {m.security_codes_few_text()}
      </p>
    </Notice>
  );
}
