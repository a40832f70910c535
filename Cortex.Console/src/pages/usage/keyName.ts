import type { Schema } from '@/api/client';
import { m } from '@/paraglide/messages';

/** The name of a key by its id. Usage outlives its key, so there may be none. */
export function keyName(id: string, keys: Schema<'ApiKeyResponse'>[] | undefined): string {
  const key = keys?.find((item) => item.id === id);
  return key ? key.name || key.prefix || m.usage_unnamed_key() : keys ? m.usage_revoked_key({ id: id.slice(0, 8) }) : '…';
}
