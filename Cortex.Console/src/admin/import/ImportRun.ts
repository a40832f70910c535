import type { Schema } from '@/api/client';
import { ApiError } from '@/api/problem';
import { Failures, isExisting } from './failures';
import { type Piece, type Position, pieceLimits, piecesOf } from './pieces';
import type { sendPiece } from './sendPiece';

export interface ImportState {
  /** `pausing`: the piece that is under way is still completed. `failed`: it can go on where it failed. */
  status: 'running' | 'pausing' | 'paused' | 'failed' | 'stopped' | 'done';
  /** The first line without a result. */
  position: Position;
  created: number;
  /** Lines whose account exists already, and stays as it is. */
  existing: number;
  refused: number;
  error?: unknown;
}

/** An import of a file, piece by piece. It can be paused, and goes on from the first line without a result after an error. */
export class ImportRun {
  readonly reasons: Blob[] = [];
  readonly refusedLines: Blob[] = [];
  private state: ImportState = { status: 'paused', position: { offset: 0, line: 1 }, created: 0, existing: 0, refused: 0 };
  private readonly listeners = new Set<() => void>();
  private readonly aborting = new AbortController();

  constructor(
    readonly file: Blob,
    private readonly send: typeof sendPiece,
    private readonly limits = pieceLimits,
  ) {}

  readonly current = () => this.state;

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  /** Starts, or goes on. */
  async start() {
    if (this.state.status === 'pausing') {
      this.change({ status: 'running' });
      return;
    }

    this.change({ status: 'running', error: undefined });
    try {
      for await (const piece of piecesOf(this.file, this.state.position, this.limits)) {
        while (!(await this.importPiece(piece))) {
          // Beyond the limit on requests, the same piece is sent again once the server allows it.
        }

        if (this.current().status !== 'running') {
          break;
        }
      }

      const { status, position } = this.current();
      if (status !== 'stopped') {
        this.change({ status: position.offset >= this.file.size ? 'done' : 'paused' });
      }
    } catch (error) {
      if (this.current().status !== 'stopped') {
        this.change({ status: 'failed', error });
      }
    }
  }

  /** Pauses after the piece that is under way, so that no result is lost. */
  pause() {
    this.change({ status: 'pausing' });
  }

  /** Ends the import for good. What was imported stays. */
  stop() {
    this.change({ status: 'stopped', error: undefined });
    this.aborting.abort();
  }

  /** Returns false if nothing of the piece was read, because there were too many requests. */
  private async importPiece(piece: Piece): Promise<boolean> {
    const failures = new Failures(this.file, piece);
    let [position, created, existing, refused] = [piece.start, this.state.created, this.state.existing, this.state.refused];
    const onLine = (result: Schema<'ImportedLine'> | Schema<'FailedLine'>) => {
      position = failures.after(result.line);
      if (!('code' in result)) {
        created++;
        return;
      }

      failures.add(result);
      if (isExisting(result)) {
        existing++;
      } else {
        refused++;
      }
    };
    const report = () => this.change({ position, created, existing, refused });
    try {
      await this.send(piece.bytes, this.aborting.signal, onLine, report);
      position = piece.end;
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.retryAt && error.status === 429 && position === piece.start) {
        await waitUntil(error.retryAt, this.aborting.signal);
        return false;
      }

      throw error;
    } finally {
      const { reasons, refused: lines } = failures.files();
      if (reasons.size > 0) {
        this.reasons.push(reasons);
        this.refusedLines.push(lines);
      }

      report();
    }
  }

  private change(change: Partial<ImportState>) {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) {
      listener();
    }
  }
}

function waitUntil(time: number, signal: AbortSignal) {
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, Math.max(0, time - Date.now()));
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
