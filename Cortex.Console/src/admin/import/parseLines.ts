/** How long nothing may arrive: some proxies keep a connection open whose server is gone. */
const patience = 60_000;

/**
 * Reads JSON lines as they arrive. A connection that breaks off, or on which nothing arrives, ends them; whether they were complete is for the reader to tell.
 */
export async function* parseLines<T>(body: ReadableStream<Uint8Array<ArrayBuffer>> | null, wait = patience): AsyncGenerator<T> {
  if (!body) {
    return;
  }

  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { value, done } = await within(wait, reader.read());
      if (done) {
        return;
      }

      const lines = (rest + value).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line) {
          yield JSON.parse(line);
        }
      }
    }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') {
      throw error;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** Ends the reading if nothing arrives for too long. */
async function within<T>(wait: number, reading: Promise<ReadableStreamReadResult<T>>): Promise<ReadableStreamReadResult<T>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<ReadableStreamReadResult<T>>((resolve) => {
    timer = setTimeout(() => resolve({ done: true, value: undefined }), wait);
  });
  try {
    return await Promise.race([reading, silence]);
  } finally {
    clearTimeout(timer);
  }
}
