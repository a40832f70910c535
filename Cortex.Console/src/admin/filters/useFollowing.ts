import { useEffect, useState } from 'react';

/** What is typed into a filter's field. It follows the address, which also changes by the browser's back button. */
export function useFollowing(value: string) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return [text, setText] as const;
}
