import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { CodeField } from '@/ui/CodeField';
import { Field } from '@/ui/Field';

interface SecondFactorFieldProps {
  isRecovery: boolean;
  onSwitch: (isRecovery: boolean) => void;
  /** The name that the route has for a code from the app. */
  codeName?: 'code' | 'two_factor_code';
  hint?: string;
  autoFocus?: boolean;
}

/** A code from the app, or a recovery code for those who don't have the app at hand. */
export function SecondFactorField({ isRecovery, onSwitch, codeName, hint, autoFocus }: SecondFactorFieldProps) {
  return (
    <>
      <p className="text-sm">
        {isRecovery ? m.login_second_recovery_text() : m.login_second_code_text()} {hint}
      </p>
      {isRecovery ? (
        <Field label={m.login_recovery_code()} name="recovery_code" isRequired autoFocus={autoFocus} autoComplete="off" />
      ) : (
        <CodeField label={m.login_code()} name={codeName} autoFocus={autoFocus} />
      )}
      <span>
        <Button look="plain" size="small" onPress={() => onSwitch(!isRecovery)}>
          {isRecovery ? m.login_use_app() : m.login_use_recovery_code()}
        </Button>
      </span>
    </>
  );
}
