// @vitest-environment node
import { expect, test, vi } from 'vitest';
import { ApiError } from '@/api/problem';
import { ImportRun } from './ImportRun';
import type { LineResult } from './sendPiece';

const limits = { bytes: 1000, lines: 2 };
const id = '00000000-0000-0000-0000-000000000000';

/** A server that knows one account, and refuses lines with “bad”. */
function server(known = new Set(['old']), failAt?: { line: string; with: unknown }) {
  const sent: string[] = [];
  const send = vi.fn(async (bytes: Uint8Array, _: AbortSignal, onLine: (result: LineResult) => void, onBatch: () => void) => {
    const text = new TextDecoder().decode(bytes);
    sent.push(text);
    text.split('\n').forEach((content, index) => {
      const line = index + 1;
      if (content === failAt?.line) {
        const error = failAt.with;
        failAt = undefined;
        throw error;
      }

      if (content === '') {
        return;
      }

      if (known.has(content)) {
        onLine({ line, status: 'failed', code: 'email_taken', detail: 'Taken.' });
      } else if (content.startsWith('bad')) {
        onLine({ line, status: 'failed', code: 'validation_failed', detail: 'Bad.', errors: { email: ['is bad'] } });
      } else {
        known.add(content);
        onLine({ line, status: 'created', id });
      }
    });
    onBatch();
  });
  return { send, sent };
}

const reasons = async (run: ImportRun) =>
  (await new Blob(run.reasons).text())
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

test('a whole file is imported in pieces, and the failures have the numbers and the text of the file', async () => {
  const { send, sent } = server();
  const run = new ImportRun(new Blob(['a\nbad1\n\nold\nc\nbad2']), send, limits);
  await run.start();
  expect(sent).toEqual(['a\nbad1\n', '\nold\n', 'c\nbad2']);
  expect(run.current()).toMatchObject({ status: 'done', created: 2, existing: 1, refused: 2, position: { line: 7 } });
  expect(await reasons(run)).toEqual([
    { line: 2, code: 'validation_failed', detail: 'Bad.', errors: { email: ['is bad'] }, text: 'bad1' },
    { line: 4, code: 'email_taken', detail: 'Taken.', text: 'old' },
    { line: 6, code: 'validation_failed', detail: 'Bad.', errors: { email: ['is bad'] }, text: 'bad2' },
  ]);
  expect(await new Blob(run.refusedLines).text()).toBe('bad1\nbad2\n');
});

test('after an error, it goes on at the first line without a result', async () => {
  const { send, sent } = server(new Set(), { line: 'd', with: ApiError.unreachable() });
  const run = new ImportRun(new Blob(['a\nb\nc\nd\ne']), send, limits);
  await run.start();
  expect(run.current()).toMatchObject({ status: 'failed', created: 3, position: { offset: 6, line: 4 } });
  await run.start();
  expect(run.current()).toMatchObject({ status: 'done', created: 5, existing: 0, refused: 0 });
  expect(sent).toEqual(['a\nb\n', 'c\nd\n', 'd\ne']);
});

test('a pause ends after the piece that is under way', async () => {
  const { send, sent } = server();
  const run = new ImportRun(new Blob(['a\nb\nc\nd\n']), send, limits);
  const running = run.start();
  run.pause();
  await running;
  expect(run.current()).toMatchObject({ status: 'paused', created: 2 });
  await run.start();
  expect(run.current()).toMatchObject({ status: 'done', created: 4 });
  expect(sent).toHaveLength(2);
});

test('beyond the limit on requests, it waits and goes on by itself', async () => {
  const limited = new ApiError(429, 'rate_limited', 'Wait.', undefined, Date.now() + 30);
  const { send } = server(new Set(), { line: 'c', with: limited });
  const run = new ImportRun(new Blob(['a\nb\nc\nd\n']), send, limits);
  await run.start();
  expect(run.current()).toMatchObject({ status: 'done', created: 4 });
  expect(send).toHaveBeenCalledTimes(3);
});

test('a line that is longer than a piece is refused and kept whole', async () => {
  const { send } = server();
  const long = `bad${'x'.repeat(2000)}`;
  const run = new ImportRun(new Blob([`a\n${long}\nb\n`]), send, { bytes: 100, lines: 2 });
  await run.start();
  expect(run.current()).toMatchObject({ status: 'done', created: 2, refused: 1 });
  expect(await new Blob(run.refusedLines).text()).toBe(`${long}\n`);
});
