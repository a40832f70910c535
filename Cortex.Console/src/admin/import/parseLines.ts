/** Reads JSON lines as they arrive. A connection that breaks off ends them; whether they were complete is for the reader to tell. */
export async function* parseLines<T>(body: ReadableStream<Uint8Array<ArrayBuffer>> | null): AsyncGenerator<T> {
  if (!body) {
    return;
  }

  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
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
