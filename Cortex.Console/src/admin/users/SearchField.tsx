import { useEffect, useState } from 'react';
import { Field } from '@/ui/Field';

const pause = 300;

interface SearchFieldProps {
  label: string;
  hint?: string;
  /** What is being searched for, from the address. */
  value: string;
  /** Called when typing pauses. */
  onSearch: (text: string) => void;
}

/** A field that searches while one types. When the address changes otherwise, such as by the back button, the field follows. */
export function SearchField({ label, hint, value, onSearch }: SearchFieldProps) {
  const [{ text, seen, sent }, setState] = useState({ text: value, seen: value, sent: value });
  if (value !== seen) {
    setState({ text: value === sent ? text : value, seen: value, sent: value });
  }

  useEffect(() => {
    if (text !== sent) {
      const timer = setTimeout(() => {
        setState((state) => ({ ...state, sent: text }));
        onSearch(text);
      }, pause);
      return () => clearTimeout(timer);
    }
  }, [text, sent, onSearch]);

  return (
    <Field
      label={label}
      hint={hint}
      type="search"
      name="email"
      autoComplete="off"
      spellCheck="false"
      value={text}
      onChange={(next) => setState((state) => ({ ...state, text: next }))}
    />
  );
}
