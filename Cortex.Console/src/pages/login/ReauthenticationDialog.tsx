import { useEffect } from 'react';
import { providePrompt } from '@/session/reauthentication';

/** Asks the user to prove who they are, when a request requires fresh authentication. */
export function ReauthenticationDialog() {
  useEffect(() => providePrompt(async () => false), []);
  return null;
}
