// @vitest-environment node
import { expect, test } from 'vitest';
import { parseLines } from './parseLines';

function stream(chunks: string[], failure?: Error) {
  const bytes = chunks.map((chunk) => new TextEncoder().encode(chunk));
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const next = bytes.shift();
      if (next) {
        controller.enqueue(next);
      } else if (failure) {
        controller.error(failure);
      } else {
        controller.close();
      }
    },
  });
}

async function all(body: ReadableStream<Uint8Array<ArrayBuffer>> | null) {
  const values: unknown[] = [];
  for await (const value of parseLines(body)) {
    values.push(value);
  }

  return values;
}

test('lines across chunks are put together, and empty ones left out', async () => {
  expect(await all(stream(['{"a":', '1}\n\n{"a"', ':2}\n']))).toEqual([{ a: 1 }, { a: 2 }]);
  expect(await all(null)).toEqual([]);
});

test('a connection that breaks off ends the lines, and half a line does not count', async () => {
  expect(await all(stream(['{"a":1}\n{"a":'], new TypeError('network error')))).toEqual([{ a: 1 }]);
  expect(await all(stream(['{"a":1}\n{"a":']))).toEqual([{ a: 1 }]);
});

test('a connection on which nothing arrives any more ends the lines', async () => {
  const silent = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"a":1}\n')),
  });
  const values: unknown[] = [];
  for await (const value of parseLines(silent, 20)) {
    values.push(value);
  }

  expect(values).toEqual([{ a: 1 }]);
});
