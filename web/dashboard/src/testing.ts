// What several tests need.

const encoder = new TextEncoder();

/** A body that arrives in these pieces. */
export function bodyOf(pieces: readonly (string | Uint8Array)[], end: 'ends' | 'breaks' | 'stays' = 'ends'): ReadableStream<Uint8Array> {
  const rest = [...pieces];
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = rest.shift();
      if (piece !== undefined) return controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece);
      if (end === 'breaks') return controller.error(new TypeError('network error'));
      if (end === 'ends') controller.close();
      return undefined;
    },
  });
}

/** `bytes` in pieces of `size`. */
export function cut(text: string, size: number): Uint8Array[] {
  const bytes = encoder.encode(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, (i + 1) * size));
}

export async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const one of from) out.push(one);
  return out;
}

export const settled = (): Promise<void> => new Promise((done) => { setTimeout(done, 0); });
