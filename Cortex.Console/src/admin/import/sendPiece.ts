import { type Schema, send } from '@/api/client';
import { ApiError } from '@/api/problem';
import { m } from '@/paraglide/messages';
import { parseLines } from './parseLines';

/** What the server says about one line, numbered from the start of the piece. */
export type LineResult = Schema<'ImportedLine'> | Schema<'FailedLine'>;

type Answer =
  | LineResult
  | Pick<Schema<'ImportProgress'>, 'progress'>
  | Pick<Schema<'ImportSummary'>, 'summary'>
  | Pick<Schema<'ImportError'>, 'error'>;

/**
 * Imports one piece. Calls back with the result of each line, in order, and after each batch. Throws if the import was cut short; what was reported until then
 * is stored.
 */
export async function sendPiece(
  bytes: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
  onLine: (result: LineResult) => void,
  onBatch: () => void,
) {
  const response = await send(
    new Request('/api/v1/admin/users/import', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-ndjson' },
      body: bytes,
      signal,
    }),
  );
  let isComplete = false;
  for await (const answer of parseLines<Answer>(response.body)) {
    if ('status' in answer) {
      onLine(answer);
    } else if ('progress' in answer) {
      onBatch();
    } else if ('error' in answer) {
      throw new ApiError(answer.error.code === 'service_unavailable' ? 503 : 400, answer.error.code, answer.error.detail);
    } else {
      isComplete = true;
    }
  }

  if (!isComplete) {
    throw new ApiError(503, 'interrupted', m.import_interrupted());
  }
}
