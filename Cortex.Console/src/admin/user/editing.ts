import type { Schema } from '@/api/client';

/** What administrators can change of an account. */
export interface Editable {
  subscription_tier: string;
  is_active: boolean;
  is_verified: boolean;
  roles: string[];
}

export type EditableField = keyof Editable;

export const editableFields = ['subscription_tier', 'is_active', 'is_verified', 'roles'] as const satisfies readonly EditableField[];

export function editableOf({ subscription_tier, is_active, is_verified, roles }: Editable): Editable {
  return { subscription_tier, is_active, is_verified, roles: [...roles].sort() };
}

/** The fields in which two versions differ. The order of roles doesn't matter. */
export function differences(before: Editable, after: Editable): EditableField[] {
  const [first, second] = [editableOf(before), editableOf(after)];
  return editableFields.filter((field) => String(first[field]) !== String(second[field]));
}

/** The request that turns one version into another: only what differs. */
export function changesFrom(before: Editable, after: Editable): Schema<'UpdateUserRequest'> {
  return Object.fromEntries(differences(before, after).map((field) => [field, after[field]]));
}

/** Where both sides changed the same user: what was changed here is proposed as mine, and everything else as theirs. */
export function proposal(base: Editable, mine: Editable, theirs: Editable): Editable {
  return { ...editableOf(theirs), ...changesFrom(base, mine) } as Editable;
}
