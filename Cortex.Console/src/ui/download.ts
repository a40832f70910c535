import { send } from '@/api/client';
import { ApiError } from '@/api/problem';
import { m } from '@/paraglide/messages';

interface Download {
  url: string;
  /** The media type to ask for, such as `text/csv`. */
  accept: string;
  fileName: string;
  /** Receives how many bytes have arrived. */
  onProgress?: (bytes: number) => void;
  signal?: AbortSignal;
}

type SavePicker = (options: { suggestedName: string }) => Promise<FileSystemFileHandle & { remove?: () => Promise<void> }>;

/**
 * Saves an answer of the API as a file, as the user who is logged in. Where the browser can, it streams to the disk, so that a large one doesn't fill the
 * memory. Returns false if the user chose no file or canceled, and throws an ApiError if the server refuses or breaks off.
 */
export async function download({ url, accept, fileName, onProgress, signal }: Download): Promise<boolean> {
  try {
    // The question must come first: browsers allow it only right after a click.
    const file = await chooseFile(fileName);
    const response = await send(new Request(url, { headers: { Accept: accept }, signal }));
    const body = count(response, onProgress);
    await (file ? stream(body, file, signal) : saveFromMemory(body, fileName));
    return true;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') {
      return false;
    }

    throw error instanceof ApiError ? error : new ApiError(200, 'download_interrupted', m.usage_download_interrupted());
  }
}

async function chooseFile(suggestedName: string) {
  const picker = (globalThis as { showSaveFilePicker?: SavePicker }).showSaveFilePicker;
  try {
    return await picker?.({ suggestedName });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') {
      throw error;
    }

    return undefined; // Not allowed here: save from memory.
  }
}

function count(response: Response, onProgress: Download['onProgress']) {
  let bytes = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      onProgress?.(bytes);
      controller.enqueue(chunk);
    },
  });
  return (response.body ?? new Blob().stream()).pipeThrough(counter);
}

/** A download that breaks off leaves no file, rather than half a one that looks complete. */
async function stream(body: ReadableStream<Uint8Array>, file: Awaited<ReturnType<SavePicker>>, signal?: AbortSignal) {
  try {
    await body.pipeTo(await file.createWritable(), { signal });
  } catch (error) {
    await file.remove?.().catch(() => undefined);
    throw error;
  }
}

async function saveFromMemory(body: ReadableStream<Uint8Array>, fileName: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await new Response(body).blob());
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
