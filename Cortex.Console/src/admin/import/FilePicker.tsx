import { FileUp } from 'lucide-react';
import { type DragEvent, type ReactNode, useState } from 'react';
import { m } from '@/paraglide/messages';
import { classes } from '@/ui/classes';

/** A field for a file, which can be chosen or dropped on it. */
export function FilePicker({ onChoose, children }: { onChoose: (file: File) => void; children: ReactNode }) {
  const [isOver, setOver] = useState(false);

  function drag(event: DragEvent, isOverNow: boolean) {
    event.preventDefault();
    setOver(isOverNow);
  }

  function drop(event: DragEvent) {
    drag(event, false);
    choose(event.dataTransfer.files);
  }

  function choose(files: FileList | null) {
    if (files?.[0]) {
      onChoose(files[0]);
    }
  }

  return (
    <label
      onDragOver={(event) => drag(event, true)}
      onDragLeave={(event) => drag(event, false)}
      onDrop={drop}
      className={classes(
        'flex cursor-pointer flex-col items-center gap-2 rounded-md border border-dashed p-6 text-center text-sm has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-ink',
        isOver ? 'border-accent bg-accent-soft' : 'border-control hover:bg-raised',
      )}
    >
      <FileUp size={24} aria-hidden />
      <span className="max-w-full font-medium break-words">{children}</span>
      <span className="text-muted">{m.import_drop()}</span>
      <input
        type="file"
        accept=".ndjson,.jsonl,.json,.txt,application/x-ndjson"
        className="sr-only"
        onChange={(event) => choose(event.target.files)}
      />
    </label>
  );
}
