import type { ReactNode } from 'react';

interface CheckboxFieldProps {
  name?: string;
  value?: string;
  isSelected?: boolean;
  defaultSelected?: boolean;
  onChange?: (isSelected: boolean) => void;
  isDisabled?: boolean;
  children: ReactNode;
}

export function CheckboxField({ isSelected, defaultSelected, onChange, isDisabled, children, ...props }: CheckboxFieldProps) {
  return (
    <label className="flex items-start gap-2 text-sm">
      <input
        {...props}
        type="checkbox"
        checked={isSelected}
        defaultChecked={defaultSelected}
        disabled={isDisabled}
        onChange={(event) => onChange?.(event.target.checked)}
        className="mt-0.5 size-4 accent-(--brand)"
      />
      <span className="min-w-0">{children}</span>
    </label>
  );
}
