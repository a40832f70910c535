import type { Schema } from '@/api/client';
import { lineStarts, type Piece } from './pieces';

/** Accounts that exist already aren't changed, which is no mistake in the file: a file may be sent again. */
export function isExisting(result: Schema<'FailedLine'>) {
  return result.code === 'email_taken';
}

/** Collects the lines of one piece that didn't create an account, as two files: with the reasons, and those that can be corrected and sent again. */
export class Failures {
  private readonly starts: number[];
  private readonly reasons: string[] = [];
  private readonly refused: BlobPart[] = [];

  constructor(
    private readonly file: Blob,
    private readonly piece: Piece,
  ) {
    this.starts = lineStarts(piece.bytes);
  }

  /** Where the line after a line of the piece starts in the file. */
  after(line: number) {
    const { start, end } = this.piece;
    const next = this.starts[line];
    return start.line + line >= end.line || next === undefined ? end : { offset: start.offset + next, line: start.line + line };
  }

  add(result: Schema<'FailedLine'>) {
    const [from, to] = [this.starts[result.line - 1] ?? 0, this.starts[result.line] ?? this.piece.bytes.length];
    const { status: _, ...reason } = result;
    const text = new TextDecoder().decode(this.piece.bytes.subarray(from, Math.min(to, from + longestText))).replace(/\r?\n$/, '');
    this.reasons.push(`${JSON.stringify({ ...reason, line: this.piece.start.line + result.line - 1, text })}\n`);
    if (!isExisting(result)) {
      const next = this.after(result.line);
      this.refused.push(this.file.slice(this.piece.start.offset + from, next.offset));
      // The last line of the file may have no line end; an empty line does no harm.
      if (this.piece.bytes.at(to - 1) !== newline && next.offset >= this.file.size) {
        this.refused.push('\n');
      }
    }
  }

  /** The reasons, one per line, and the lines themselves. */
  files() {
    return { reasons: new Blob(this.reasons), refused: new Blob(this.refused) };
  }
}

const newline = 0x0a;

/** The server takes lines of at most 4 KiB; of longer ones the beginning is enough to find them. */
const longestText = 8 * 1024;
