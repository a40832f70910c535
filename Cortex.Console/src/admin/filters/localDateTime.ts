/** A time of the API as an input of the type `datetime-local` has it: in the reader's zone, to the minute. */
export function toLocalInput(utc: string | undefined): string {
  if (!utc) {
    return '';
  }

  const time = new Date(utc);
  const pad = (number: number) => String(number).padStart(2, '0');
  const date = `${String(time.getFullYear()).padStart(4, '0')}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
  return `${date}T${pad(time.getHours())}:${pad(time.getMinutes())}`;
}

/** The time that was entered, in UTC; undefined for none. */
export function fromLocalInput(entered: FormDataEntryValue | null): string | undefined {
  return readTime(String(entered ?? ''));
}

/** A time from the address in the API's form; undefined if it isn't one. */
export function readTime(value: unknown): string | undefined {
  const time = typeof value === 'string' && value ? new Date(value) : undefined;
  return time && !Number.isNaN(time.getTime()) ? time.toISOString().replace('.000Z', 'Z') : undefined;
}
