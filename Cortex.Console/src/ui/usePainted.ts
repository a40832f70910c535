import { useDeferredValue } from 'react';

/** False when a component is first rendered, and true soon after it has been painted: for what nobody sees at once and takes time to render. */
export function usePainted() {
  return useDeferredValue(true, false);
}
