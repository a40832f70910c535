import { type FormEvent, type ReactNode, useState } from 'react';
import { Form } from 'react-aria-components/Form';
import { ApiError } from '@/api/problem';
import { ErrorPanel } from './ErrorPanel';
import { focusFirstInvalid } from './focusFirstInvalid';
import { watchInput } from './watchInput';

interface SubmitFormProps {
  /** Sends the form. Errors that it throws are shown, and what was typed stays. */
  onSubmit: (fields: FormData) => Promise<unknown>;
  /** Receives whether the form is being sent, for the buttons. */
  children: (isPending: boolean) => ReactNode;
  /** Turns an error into one that is clearer in this form, for example into a message of a field. */
  explain?: (error: ApiError) => ApiError;
  'aria-label'?: string;
}

/** A form whose rules are the server's: messages of a validation problem appear at their fields, all other errors above the buttons. */
export function SubmitForm({ onSubmit, children, explain, ...props }: SubmitFormProps) {
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [edited, setEdited] = useState<string[]>([]);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    if (isPending) {
      return;
    }

    setPending(true);
    setError(undefined);
    setEdited([]);
    try {
      await onSubmit(new FormData(form));
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) {
        throw thrown;
      }

      setError(explain?.(thrown) ?? thrown);
      focusFirstInvalid(form);
    } finally {
      setPending(false);
    }
  }

  /** A message goes when its field is edited. Later, on leaving the field, it would move the button away from under the click that leaves it. */
  function edit({ target }: FormEvent) {
    if (fieldErrors && target instanceof HTMLInputElement && target.name in fieldErrors) {
      setEdited([...edited, target.name]);
    }
  }

  const errors = Object.entries(error?.problem?.errors ?? {}).filter(([field]) => !edited.includes(field));
  const fieldErrors = error?.problem?.errors && Object.fromEntries(errors);
  return (
    <Form {...props} onSubmit={submit} ref={watchInput} validationErrors={fieldErrors} className="flex flex-col gap-4">
      {error && <ErrorPanel error={error} />}
      <div onInput={edit} className="contents">
        {children(isPending)}
      </div>
    </Form>
  );
}
