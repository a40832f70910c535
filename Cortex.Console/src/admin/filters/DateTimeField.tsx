import { Field } from '@/ui/Field';
import { toLocalInput } from './localDateTime';
import { useFollowing } from './useFollowing';

interface DateTimeFieldProps {
  label: string;
  name: string;
  /** The time in UTC, as it is in the address. */
  utc?: string;
}

/** Takes a time in the reader's zone. */
export function DateTimeField({ label, name, utc }: DateTimeFieldProps) {
  const [text, setText] = useFollowing(toLocalInput(utc));
  return <Field label={label} name={name} type="datetime-local" value={text} onChange={setText} />;
}
