type Prompt = () => Promise<boolean>;

let prompt: Prompt | undefined;
let pending: Promise<boolean> | undefined;

/** Called by the dialog that asks for the password or a passkey, as soon as it is on the page. */
export function providePrompt(next: Prompt) {
  prompt = next;
  return () => {
    if (prompt === next) {
      prompt = undefined;
    }
  };
}

/** Asks the user to prove who they are. Returns whether they did; requests that wait at the same time share one dialog. */
export function proveIdentity(): Promise<boolean> {
  pending ??= (prompt?.() ?? Promise.resolve(false)).finally(() => {
    pending = undefined;
  });
  return pending;
}
