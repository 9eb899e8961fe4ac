// A body that arrives in pieces, as whole lines.

/** A line longer than this is no line of ours: the stream is given up instead of filling the memory. */
const lineMaxCharacters = 8_000_000;

/** Yields the lines of a stream of bytes. Pieces may end anywhere, also inside a character. "\r\n" counts as "\n". */
export async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const whole = rest.split('\n');
      rest = whole.pop() ?? '';
      if (rest.length > lineMaxCharacters) throw new Error('a line of the stream has no end');
      for (const line of whole) yield line.endsWith('\r') ? line.slice(0, -1) : line;
      if (done) break;
    }
    if (rest !== '') yield rest;
  } finally {
    // Leaving the loop early must end the request, too: the home stops working for nobody.
    await reader.cancel().catch(() => undefined);
  }
}

/** Yields each line's JSON; empty lines are skipped. */
export async function* jsonLinesOf<T>(body: ReadableStream<Uint8Array>): AsyncGenerator<T, void, undefined> {
  for await (const line of linesOf(body)) if (line.trim() !== '') yield JSON.parse(line) as T;
}
