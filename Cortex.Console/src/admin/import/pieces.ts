/** The most that one request carries. The server checks the administrator and writes an audit event for each, so a piece isn't smaller than it has to be. */
export const pieceLimits = { bytes: 1024 * 1024, lines: 5_000 };

/** Where a piece starts: after how many bytes, and with which line of the file. */
export interface Position {
  offset: number;
  /** The number of the line, starting at 1; empty lines count. */
  line: number;
}

/** Some whole lines of a file. */
export interface Piece {
  start: Position;
  /** Where the next piece starts. */
  end: Position;
  /** The lines as they are in the file. Of a line that is longer than a piece, only the beginning, which the server refuses as too long. */
  bytes: Uint8Array<ArrayBuffer>;
}

const newline = 0x0a;

/**
 * Cuts a file into pieces of whole lines, from a position on, and reads no more than one piece at a time. Line ends are searched for in the bytes: no other
 * character of UTF-8 contains that byte, so a character is never cut in two.
 */
export async function* piecesOf(file: Blob, from: Position = { offset: 0, line: 1 }, limits = pieceLimits): AsyncGenerator<Piece> {
  let start = from;
  let ahead = new Uint8Array(0);
  while (start.offset < file.size) {
    ahead = await readMore(file, start.offset, ahead, limits.bytes);
    const piece = await nextPiece(file, start, ahead, limits);
    yield piece;
    ahead = ahead.subarray(Math.min(ahead.length, piece.end.offset - start.offset));
    start = piece.end;
  }
}

async function nextPiece(file: Blob, start: Position, ahead: Uint8Array<ArrayBuffer>, limits: typeof pieceLimits): Promise<Piece> {
  const whole = wholeLines(ahead, limits.lines);
  const isRest = start.offset + ahead.length >= file.size;
  if (whole.lines === 0 && !isRest) {
    return await longLine(file, start, ahead, limits.bytes);
  }

  // The last line of the file may have no line end.
  return isRest && whole.lines < limits.lines && whole.length < ahead.length
    ? pieceAt(start, ahead, ahead.length, whole.lines + 1)
    : pieceAt(start, ahead.slice(0, whole.length), whole.length, whole.lines);
}

/** Where each line of a piece starts, and where the last one ends. */
export function lineStarts(bytes: Uint8Array): number[] {
  const starts = [0];
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, end + 1)) {
    starts.push(end + 1);
  }

  return starts.at(-1) === bytes.length ? starts : [...starts, bytes.length];
}

function pieceAt(start: Position, bytes: Uint8Array<ArrayBuffer>, length: number, lines: number): Piece {
  return { start, end: { offset: start.offset + length, line: start.line + lines }, bytes };
}

/** Fills up what was read ahead to the size of a piece. */
async function readMore(file: Blob, offset: number, ahead: Uint8Array<ArrayBuffer>, size: number) {
  const rest = await read(file, offset + ahead.length, size - ahead.length);
  const bytes = new Uint8Array(ahead.length + rest.length);
  bytes.set(ahead);
  bytes.set(rest, ahead.length);
  return bytes;
}

async function read(file: Blob, offset: number, size: number) {
  return new Uint8Array(await file.slice(offset, offset + size).arrayBuffer());
}

/** How many whole lines there are, up to the limit, and how long they are together. */
function wholeLines(bytes: Uint8Array, maxLines: number) {
  let length = 0;
  let lines = 0;
  for (let end = bytes.indexOf(newline); end >= 0 && lines < maxLines; end = bytes.indexOf(newline, end + 1)) {
    length = end + 1;
    lines++;
  }

  return { length, lines };
}

/** A line that doesn't end within the bytes that were read: looks for its end without keeping it. */
async function longLine(file: Blob, start: Position, beginning: Uint8Array<ArrayBuffer>, size: number): Promise<Piece> {
  for (let offset = start.offset + beginning.length; offset < file.size; offset += size) {
    const bytes = await read(file, offset, size);
    const end = bytes.indexOf(newline);
    if (end >= 0) {
      return pieceAt(start, beginning, offset + end + 1 - start.offset, 1);
    }
  }

  return pieceAt(start, beginning, file.size - start.offset, 1);
}
