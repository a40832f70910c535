import { Eye, EyeOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextField } from 'react-aria-components/TextField';
import { m } from '@/paraglide/messages';
import { inputClass } from './Field';

interface PasswordFieldProps {
  label: string;
  /** The field's name in the API. */
  name: string;
  autoComplete: 'current-password' | 'new-password';
  hint?: ReactNode;
  autoFocus?: boolean;
}

/** A password, which can be shown to check what was typed. */
export function PasswordField({ label, name, autoComplete, hint, autoFocus }: PasswordFieldProps) {
  const [isShown, setShown] = useState(false);
  const Icon = isShown ? EyeOff : Eye;
  return (
    <TextField
      name={name}
      type={isShown ? 'text' : 'password'}
      autoComplete={autoComplete}
      autoFocus={autoFocus}
      isRequired
      className="flex flex-col gap-1"
    >
      <Label className="text-sm font-medium">{label}</Label>
      <div className="relative">
        <Input autoCapitalize="none" autoCorrect="off" spellCheck={false} className={`${inputClass} pe-11`} />
        <button
          type="button"
          aria-label={isShown ? m.login_hide_password() : m.login_show_password()}
          title={isShown ? m.login_hide_password() : m.login_show_password()}
          onClick={() => setShown(!isShown)}
          className="absolute inset-y-0 end-0 flex w-10 items-center justify-center rounded-md text-muted hover:text-ink"
        >
          <Icon size={18} aria-hidden />
        </button>
      </div>
      {hint && (
        <Text slot="description" className="text-sm text-muted">
          {hint}
        </Text>
      )}
      <FieldError className="text-sm text-danger-ink" />
    </TextField>
  );
}
