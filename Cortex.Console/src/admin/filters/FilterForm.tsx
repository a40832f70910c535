import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { Form } from 'react-aria-components/Form';
import { ApiError } from '@/api/problem';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { ErrorPanel } from '@/ui/ErrorPanel';
import { focusFirstInvalid } from '@/ui/focusFirstInvalid';
import { watchInput } from '@/ui/watchInput';

interface FilterFormProps {
  /** What the address has, without the cursor. */
  filters: object;
  /** What the server said about the list, whose messages appear at their fields. */
  listError: unknown;
  /** Puts the filters into the address. */
  onApply: (fields: FormData) => Promise<unknown>;
  onClear: () => void;
  children: ReactNode;
}

/** The filters above a list. They apply with Enter or the button, so that nothing is searched for while somebody types. */
export function FilterForm({ filters, listError, onApply, onClear, children }: FilterFormProps) {
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<ApiError>();
  const address = JSON.stringify(filters);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was wrong with a field is over once other filters apply.
  useEffect(() => setError(undefined), [address]);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    setPending(true);
    setError(undefined);
    try {
      await onApply(new FormData(form));
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) {
        throw thrown;
      }

      setError(thrown);
      focusFirstInvalid(form);
    } finally {
      setPending(false);
    }
  }

  const refused = listError instanceof ApiError ? listError.problem?.errors : undefined;
  return (
    <search>
      <Form
        aria-label={m.audit_filters()}
        onSubmit={submit}
        ref={watchInput}
        validationErrors={error?.problem?.errors ?? refused}
        validationBehavior="aria"
        className="flex flex-col gap-3"
      >
        {error && !error.problem?.errors && <ErrorPanel error={error} />}
        <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,13rem),1fr))] items-start gap-3">{children}</div>
        <div className="flex flex-wrap gap-2">
          <Button type="submit" isPending={isPending}>
            {m.audit_apply_filters()}
          </Button>
          {address !== '{}' && (
            <Button look="plain" onPress={onClear}>
              {m.audit_clear_filters()}
            </Button>
          )}
        </div>
      </Form>
    </search>
  );
}
