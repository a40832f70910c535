import { isUnused, type Key, keyState } from './keyState';
import type { KeyFilter } from './route';

/** The keys that a filter shows. The list is complete, so the browser can filter it without a request. */
export function filterKeys(keys: Key[], show: KeyFilter | undefined, name: string | undefined): Key[] {
  const text = name?.toLocaleLowerCase();
  return keys.filter((key) => {
    const state = keyState(key);
    const works = state === 'active' || state === 'expiring' || state === 'ending';
    return (
      (show === undefined || (show === 'working' ? works : show === 'ended' ? !works : works && isUnused(key))) &&
      (!text || `${key.name ?? ''}\n${key.prefix ?? ''}`.toLocaleLowerCase().includes(text))
    );
  });
}
