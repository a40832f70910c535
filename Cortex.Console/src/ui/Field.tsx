import { type ReactNode, useContext, useEffect, useState } from 'react';
import { FieldError, FieldErrorContext } from 'react-aria-components/FieldError';
import { Input, type InputProps } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextField, type TextFieldProps } from 'react-aria-components/TextField';

interface FieldProps extends Omit<TextFieldProps, 'children' | 'className'> {
  label: string;
  hint?: ReactNode;
  placeholder?: string;
  input?: Pick<InputProps, 'inputMode' | 'min' | 'max' | 'step' | 'list'>;
}

export const inputClass =
  'w-full min-h-10 rounded-md border border-control bg-surface px-3 text-base text-ink placeholder:text-muted user-invalid:border-danger data-[invalid]:border-danger disabled:opacity-60';

/** A labeled input. `name` is the field's name in the API, so that messages of a validation problem appear below it. */
export function Field({ label, hint, placeholder, input, ...props }: FieldProps) {
  return (
    <TextField {...props} className="flex flex-col gap-1">
      <Label className="text-sm font-medium">{label}</Label>
      <Input {...input} placeholder={placeholder} className={inputClass} />
      {hint && (
        <Text slot="description" className="text-sm text-muted">
          {hint}
        </Text>
      )}
      <FieldMessage />
    </TextField>
  );
}

/** The message below a field. Its line stays when it goes, because the form's button would otherwise move away from under the pointer that presses it. */
function FieldMessage() {
  const isInvalid = useContext(FieldErrorContext)?.isInvalid ?? false;
  const [keepsLine, setKeepsLine] = useState(false);
  useEffect(() => {
    if (isInvalid) {
      setKeepsLine(true);
    }
  }, [isInvalid]);
  return (
    <div className={keepsLine ? 'min-h-6' : 'contents'}>
      <FieldError className="text-sm text-danger-ink" />
    </div>
  );
}
