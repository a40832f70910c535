import { useId } from 'react';
import { inputClass } from './Field';

interface SelectFieldProps {
  label: string;
  name?: string;
  value?: string;
  defaultValue?: string;
  onChange?: (value: string) => void;
  options: { value: string; label: string }[];
  /** Hides the label from view where the context makes it plain. */
  isLabelHidden?: boolean;
}

/** The browser's own select, which every phone and screen reader knows. */
export function SelectField({ label, options, onChange, isLabelHidden, ...props }: SelectFieldProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className={isLabelHidden ? 'sr-only' : 'text-sm font-medium'}>
        {label}
      </label>
      <select {...props} id={id} onChange={(event) => onChange?.(event.target.value)} className={inputClass}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}
