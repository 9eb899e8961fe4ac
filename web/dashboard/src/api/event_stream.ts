// The home's live events: one connection that comes back by itself and misses nothing that the home can still replay.
import { asProblem, isAbort, type Problem } from './problem.ts';
import { eventsOf, type ServerEvent } from './sse.ts';
import { own, stream } from './request.ts';

export type Link = 'connecting' | 'live' | 'offline';

export interface StreamOptions {
  onEvent: (event: ServerEvent) => void;
  onLink: (link: Link, problem?: Problem) => void;
  /** After a break the home may have events that it can no longer replay: what is shown must be asked for anew. */
  onGap: () => void;
  open?: (since: string, signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  random?: () => number;
}

/** A connection that says nothing for this long is dead: the home sends its state each second. */
export const silenceMaxMs = 15_000;
const firstPauseMs = 500;
const longestPauseMs = 15_000;

/** Growing and jittered, so that two hundred tabs do not all come back in the same moment. */
export function pauseMs(failures: number, random: () => number): number {
  const ceiling = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.max(0, failures - 1));
  return Math.round(ceiling * (0.5 + random() / 2));
}

function openEvents(since: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const query = since === '' ? '' : `?since=${encodeURIComponent(since)}`;
  return stream(own(`events${query}`), { signal, headers: { Accept: 'text/event-stream', ...(since === '' ? {} : { 'Last-Event-ID': since }) } });
}

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => { clearTimeout(timer); done(); }, { once: true });
  });

export class EventStream {
  readonly #options: Required<StreamOptions>;
  readonly #ended = new AbortController();
  #nudge = new AbortController();
  #lastId = '';
  #failures = 0;
  #wasLive = false;

  constructor(options: StreamOptions) {
    this.#options = { open: openEvents, wait: sleep, random: Math.random, ...options };
  }

  /** Runs until `close`. */
  async run(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      await this.#once();
      if (this.#ended.signal.aborted) return;
      this.#failures += 1;
      this.#nudge = new AbortController();
      await this.#options.wait(pauseMs(this.#failures, this.#options.random), this.#nudge.signal);
    }
  }

  close(): void {
    this.#ended.abort();
    this.#nudge.abort();
  }

  /** Tries again now: the person asked, or the machine woke up. */
  retryNow(): void {
    this.#nudge.abort();
  }

  async #once(): Promise<void> {
    const connection = new AbortController();
    const end = (): void => connection.abort();
    this.#ended.signal.addEventListener('abort', end);
    let watchdog = setTimeout(end, silenceMaxMs);
    try {
      const body = await this.#options.open(this.#lastId, connection.signal);
      for await (const event of eventsOf(body)) {
        clearTimeout(watchdog);
        watchdog = setTimeout(end, silenceMaxMs);
        this.#take(event);
      }
      this.#options.onLink('offline');
    } catch (thrown) {
      this.#options.onLink('offline', isAbort(thrown) ? undefined : asProblem(thrown));
    } finally {
      clearTimeout(watchdog);
      this.#ended.signal.removeEventListener('abort', end);
    }
  }

  #take(event: ServerEvent): void {
    // Today's home sends no ids, so it cannot replay: then every break is a gap.
    const back = this.#failures > 0;
    this.#failures = 0;
    if (event.type === 'reset' || (back && this.#wasLive && this.#lastId === '')) this.#options.onGap();
    if (event.type === 'reset') this.#lastId = '';
    if (event.id !== '') this.#lastId = event.id;
    this.#wasLive = true;
    this.#options.onLink('live');
    this.#options.onEvent(event);
  }
}
