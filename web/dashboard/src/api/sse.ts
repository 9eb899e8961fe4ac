// Server-sent events, as https://html.spec.whatwg.org/multipage/server-sent-events.html has them. EventSource itself cannot send
// the headers that a session needs, and cannot POST.
import { linesOf } from './lines.ts';

export interface ServerEvent { id: string; type: string; data: string }

/** Takes lines, gives an event at each blank line that ends one. */
export class SseParser {
  #type = '';
  #data: string[] = [];
  /** Stays from event to event until another is sent. */
  lastId = '';

  take(line: string): ServerEvent | null {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return null; // a comment keeps the connection alive
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#type = value;
    else if (field === 'id' && !value.includes('\0')) this.lastId = value;
    return null;
  }

  #dispatch(): ServerEvent | null {
    const event = this.#data.length === 0 ? null : { id: this.lastId, type: this.#type || 'message', data: this.#data.join('\n') };
    this.#type = '';
    this.#data = [];
    return event;
  }
}

/** Yields the events of a body. An event that the end cuts off is dropped. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent, void, undefined> {
  const parser = new SseParser();
  for await (const line of linesOf(body)) {
    const event = parser.take(line);
    if (event) yield event;
  }
}
