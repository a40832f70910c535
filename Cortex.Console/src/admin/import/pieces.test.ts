// @vitest-environment node
import { expect, test } from 'vitest';
import { lineStarts, type Piece, piecesOf } from './pieces';

async function cut(content: BlobPart, bytes: number, lines = 100, from = { offset: 0, line: 1 }) {
  const pieces: Piece[] = [];
  for await (const piece of piecesOf(new Blob([content]), from, { bytes, lines })) {
    pieces.push(piece);
  }

  return pieces;
}

const text = (piece: Piece) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(piece.bytes);
const texts = async (...args: Parameters<typeof cut>) => (await cut(...args)).map(text);

test('an empty file has no pieces', async () => {
  expect(await texts('', 8)).toEqual([]);
});

test('a small file is one piece, with and without a line end at the end', async () => {
  expect(await texts('aa\nbb\n', 100)).toEqual(['aa\nbb\n']);
  expect(await texts('aa\nbb', 100)).toEqual(['aa\nbb']);
});

test('a line across the border of what is read stays whole', async () => {
  expect(await texts('aaaa\nbbbb\ncccc\n', 7)).toEqual(['aaaa\n', 'bbbb\n', 'cccc\n']);
  expect(await texts('aaaa\nbbbb\ncccc', 7)).toEqual(['aaaa\n', 'bbbb\n', 'cccc']);
});

test('a piece has at most as many lines as allowed, and lines are numbered through the file', async () => {
  const pieces = await cut('1\n2\n3\n4\n5', 100, 2);
  expect(pieces.map(text)).toEqual(['1\n2\n', '3\n4\n', '5']);
  expect(pieces.map((piece) => piece.start)).toEqual([
    { offset: 0, line: 1 },
    { offset: 4, line: 3 },
    { offset: 8, line: 5 },
  ]);
  expect(pieces.at(-1)?.end).toEqual({ offset: 9, line: 6 });
});

test('exactly as many lines as allowed without a line end at the end', async () => {
  expect(await texts('1\n2\n3', 100, 2)).toEqual(['1\n2\n', '3']);
  expect(await texts('1\n2', 100, 2)).toEqual(['1\n2']);
});

test('CRLF stays as it is, even if it is cut between the two', async () => {
  for (let size = 4; size < 12; size++) {
    expect(await texts('ab\r\ncd\r\n', size)).toEqual(size >= 8 ? ['ab\r\ncd\r\n'] : ['ab\r\n', 'cd\r\n']);
  }
});

test('empty lines count', async () => {
  const pieces = await cut('\n\na\n\nb\n', 3);
  expect(pieces.map(text).join('')).toBe('\n\na\n\nb\n');
  expect(pieces.at(-1)?.end.line).toBe(6);
});

test('characters of several bytes and a byte order mark are never cut', async () => {
  const content = '\uFEFF{"n":"äöü€𝄞"}\n{"n":"日本語"}\n{"n":"ß"}';
  for (let size = 25; size < 60; size++) {
    const parts = await texts(content, size);
    expect(parts.join('')).toBe(content);
    expect(parts.some((part) => part.includes('\uFFFD'))).toBe(false);
  }
});

test('of a line that is longer than a piece only the beginning is kept, and the next line follows', async () => {
  const pieces = await cut(`a\n${'x'.repeat(50)}\nb\n`, 8);
  expect(pieces.map(text)).toEqual(['a\n', 'xxxxxxxx', 'b\n']);
  expect(pieces.map((piece) => piece.start)).toEqual([
    { offset: 0, line: 1 },
    { offset: 2, line: 2 },
    { offset: 53, line: 3 },
  ]);
});

test('a long last line without a line end ends with the file', async () => {
  const pieces = await cut('x'.repeat(30), 8);
  expect(pieces).toHaveLength(1);
  expect(pieces[0]?.end).toEqual({ offset: 30, line: 2 });
});

test('a file can be cut from a position in the middle', async () => {
  const pieces = await cut('aa\nbb\ncc\n', 4, 100, { offset: 3, line: 2 });
  expect(pieces.map(text)).toEqual(['bb\n', 'cc\n']);
  expect(pieces[1]?.start.line).toBe(3);
});

test('all sizes give the whole file in order', async () => {
  const content = Array.from({ length: 40 }, (_, i) => 'y'.repeat((i * 7) % 13)).join('\n');
  for (let size = 13; size < 80; size++) {
    const pieces = await cut(content, size, 3);
    expect(pieces.map(text).join('')).toBe(content);
    expect(pieces.at(-1)?.end.offset).toBe(content.length);
    expect(pieces.slice(1).map((piece) => piece.start)).toEqual(pieces.slice(0, -1).map((piece) => piece.end));
  }
});

test('the starts of the lines of a piece', () => {
  const starts = (content: string) => lineStarts(new TextEncoder().encode(content));
  expect(starts('a\nbb\n')).toEqual([0, 2, 5]);
  expect(starts('a\nbb')).toEqual([0, 2, 4]);
  expect(starts('\n\n')).toEqual([0, 1, 2]);
});
