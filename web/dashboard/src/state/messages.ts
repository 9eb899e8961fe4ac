// The messages of one conversation, of which only the pages that were looked at are here.
import type { Message } from '../api/types.ts';

export const pageSize = 100;

export class Messages {
  #bySeq = new Map<number, Message>();
  #count = 0;

  get count(): number { return this.#count; }
  at(seq: number): Message | undefined { return this.#bySeq.get(seq); }

  setCount(count: number): void {
    this.#count = count;
    for (const seq of this.#bySeq.keys()) if (seq > count) this.#bySeq.delete(seq);
  }

  put(messages: readonly Message[]): void {
    for (const message of messages) {
      this.#bySeq.set(message.seq, message);
      this.#count = Math.max(this.#count, message.seq);
    }
  }

  /** The first messages of the pages that `first`…`last` needs and that are not here. */
  missingPages(first: number, last: number): number[] {
    const missing: number[] = [];
    const end = Math.min(last, this.#count);
    for (let start = Math.floor((Math.max(1, first) - 1) / pageSize) * pageSize + 1; start <= end; start += pageSize) {
      for (let seq = start; seq < start + pageSize && seq <= this.#count; seq += 1) {
        if (!this.#bySeq.has(seq)) {
          missing.push(start);
          break;
        }
      }
    }
    return missing;
  }

  /** The newest messages without a hole, at most `max`. */
  tail(max: number): Message[] {
    const out: Message[] = [];
    for (let seq = this.#count; seq > 0 && out.length < max; seq -= 1) {
      const message = this.#bySeq.get(seq);
      if (!message) break;
      out.unshift(message);
    }
    return out;
  }
}
