/** A problem of RFC 9457, as every error of the API has it. */
export interface Problem {
  title: string;
  status: number;
  detail: string;
  /** The stable word for the error, such as `invalid_credentials`. */
  code: string;
  /** What the server's log has the cause under. */
  trace_id?: string;
  /** Messages by field, in snake_case. */
  errors?: Record<string, string[]>;
  /** The token for the second step, if `code` is `two_factor_required`. */
  two_factor_token?: string;
}

/** What went wrong with a request: an answer with a problem, or no answer at all (`status` 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: Problem | undefined;
  /** When a refused request may be tried again, in milliseconds since 1970. */
  readonly retryAt: number | undefined;

  constructor(status: number, code: string, message: string, problem?: Problem, retryAt?: number) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.problem = problem;
    this.retryAt = retryAt;
  }

  /** Whether the same request may well succeed later: the server is unreachable, restarting, or without its database. */
  get isTransient() {
    return this.status === 0 || this.status >= 500;
  }

  static unreachable() {
    return new ApiError(0, 'unreachable', 'The server can’t be reached.');
  }

  static async from(response: Response) {
    const problem = await readProblem(response);
    const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
    return new ApiError(
      response.status,
      problem?.code ?? 'unexpected_response',
      problem?.detail ?? `The server answered with status ${response.status}.`,
      problem,
      Number.isFinite(seconds) ? Date.now() + seconds * 1000 : undefined,
    );
  }
}

async function readProblem(response: Response): Promise<Problem | undefined> {
  if (!response.headers.get('Content-Type')?.includes('json')) {
    return undefined;
  }

  try {
    const body = await response.json();
    return typeof body?.code === 'string' ? body : undefined;
  } catch {
    return undefined;
  }
}
