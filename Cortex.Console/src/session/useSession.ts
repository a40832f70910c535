import { useSyncExternalStore } from 'react';
import { sessionState, subscribe } from './session';

export function useSession() {
  return useSyncExternalStore(subscribe, sessionState);
}

/** What the user who is logged in may see. Only pages behind the login use it. */
export function useUser() {
  const session = useSession();
  const token = session.status === 'authenticated' ? session.token : undefined;
  const roles = token?.roles ?? [];
  const isAdmin = roles.includes('admin');
  return { id: token?.userId ?? '', email: token?.email ?? '', isAdmin, isStaff: isAdmin || roles.includes('support') };
}
