import { m } from '@/paraglide/messages';

type Details = Record<string, unknown> | null;

export interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

/** The fields of `before` and `after` that differ. */
export function changesOf(details: Details): Change[] {
  const before = asRecord(details?.before);
  const after = asRecord(details?.after);
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((field) => ({ field, before: before[field], after: after[field] }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}

/** The details that aren't a change of fields. */
export function otherDetails(details: Details): [string, unknown][] {
  return Object.entries(details ?? {}).filter(([name, value]) => !((name === 'before' || name === 'after') && isRecord(value)));
}

/** A value of the details, for a person. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null || value === '') {
    return m.audit_not_set();
  }

  if (typeof value === 'boolean') {
    return value ? m.audit_yes() : m.audit_no();
  }

  if (Array.isArray(value)) {
    return value.length === 0 ? m.audit_nothing() : value.map(valueText).join(', ');
  }

  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function asRecord(value: unknown) {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
