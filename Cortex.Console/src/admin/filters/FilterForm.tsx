import type { ReactNode } from 'react';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { SubmitForm } from '@/ui/SubmitForm';

interface FilterFormProps {
  /** Puts the filters into the address. */
  onApply: (fields: FormData) => Promise<unknown>;
  /** Absent if nothing is filtered. */
  onClear?: () => void;
  children: ReactNode;
}

/** The filters above a list. They apply with Enter or the button, so that nothing is searched for while somebody types. */
export function FilterForm({ onApply, onClear, children }: FilterFormProps) {
  return (
    <search>
      <SubmitForm onSubmit={onApply} aria-label={m.audit_filters()}>
        {(isPending) => (
          <>
            <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,13rem),1fr))] items-start gap-3">{children}</div>
            <div className="flex flex-wrap gap-2">
              <Button type="submit" isPending={isPending}>
                {m.audit_apply_filters()}
              </Button>
              {onClear && (
                <Button look="plain" onPress={onClear}>
                  {m.audit_clear_filters()}
                </Button>
              )}
            </div>
          </>
        )}
      </SubmitForm>
    </search>
  );
}
