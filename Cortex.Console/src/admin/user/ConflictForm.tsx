import { useEffect, useRef, useState } from 'react';
import { m } from '@/paraglide/messages';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Notice } from '@/ui/Notice';
import { SubmitForm } from '@/ui/SubmitForm';
import { ConflictChoice } from './ConflictChoice';
import { differences, type Editable, proposal } from './editing';

interface ConflictFormProps {
  /** What my changes were made to. */
  base: Editable;
  mine: Editable;
  theirs: Editable;
  onSave: (chosen: Editable) => Promise<unknown>;
  onDiscard: () => Promise<unknown>;
}

/** Both versions of a user whom somebody else has changed at the same time: one is chosen field by field, and then sent again. */
export function ConflictForm({ base, mine, theirs, onSave, onDiscard }: ConflictFormProps) {
  const [chosen, setChosen] = useState(() => proposal(base, mine, theirs));
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  const fields = differences(mine, theirs);
  return (
    <div ref={box} tabIndex={-1} className="outline-none">
      <Card title={m.user_conflict()}>
        <Notice tone="warning" isStatus>
          <p>{fields.length > 0 ? m.user_conflict_text() : m.user_conflict_same()}</p>
        </Notice>
        <SubmitForm onSubmit={() => onSave(chosen)}>
          {(isPending) => (
            <>
              {fields.map((field) => (
                <ConflictChoice
                  key={field}
                  field={field}
                  mine={mine}
                  theirs={theirs}
                  isMine={!differences(chosen, mine).includes(field)}
                  onChoose={(version) => setChosen({ ...chosen, [field]: version[field] })}
                />
              ))}
              <div className="flex flex-wrap gap-2">
                {differences(chosen, theirs).length > 0 && (
                  <Button type="submit" look="primary" isPending={isPending}>
                    {m.user_conflict_save()}
                  </Button>
                )}
                <Button onPress={onDiscard}>{m.user_conflict_discard()}</Button>
              </div>
            </>
          )}
        </SubmitForm>
      </Card>
    </div>
  );
}
