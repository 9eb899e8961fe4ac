// The newest log lines that pass a filter, following the home or standing still.
import { signal } from '@preact/signals';
import { EventStream, type Link } from '../api/event_stream.ts';
import { getLogs, openLogs, type LogFilter } from '../api/home.ts';
import { asProblem, type Problem } from '../api/problem.ts';
import type { LogLine } from '../api/types.ts';

/** More lines are not kept in a page; the older ones are one press away. */
export const linesMax = 2000;
const pageLines = 200;

/** Lines in order of their ids, each once, the newest `linesMax`. */
export function merged(known: readonly LogLine[], fresh: readonly LogLine[]): LogLine[] {
  const last = known.at(-1)?.id ?? 0;
  if (fresh.every((line, i) => line.id > (fresh[i - 1]?.id ?? last))) return [...known, ...fresh].slice(-linesMax);
  const byId = new Map([...known, ...fresh].map((line) => [line.id, line]));
  return [...byId.values()].sort((a, b) => a.id - b.id).slice(-linesMax);
}

export class LogView {
  readonly lines = signal<readonly LogLine[]>([]);
  readonly problem = signal<Problem | null>(null);
  readonly link = signal<Link>('connecting');
  readonly following = signal(true);
  /** Lines that came while the view stands still. */
  readonly held = signal<readonly LogLine[]>([]);
  readonly reachedOldest = signal(false);
  readonly ready = signal(false);
  #stream: EventStream | null = null;
  #filter: LogFilter = { level: 'info', process: '', text: '' };

  /** Begins anew with another filter. */
  async open(filter: LogFilter): Promise<void> {
    this.close();
    this.#filter = filter;
    this.problem.value = null;
    this.held.value = [];
    this.reachedOldest.value = false;
    try {
      const lines = await getLogs(filter);
      if (this.#filter !== filter) return;
      this.lines.value = lines;
      this.reachedOldest.value = lines.length < pageLines;
      this.ready.value = true;
    } catch (thrown) {
      if (this.#filter === filter) this.problem.value = asProblem(thrown);
      return;
    }
    this.#follow(filter);
  }

  #follow(filter: LogFilter): void {
    const first = String(this.lines.peek().at(-1)?.id ?? '');
    const stream = new EventStream({
      open: (since, signal) => openLogs(filter, since || first, signal),
      onEvent: (event) => { if (event.type === 'log') this.take(JSON.parse(event.data) as LogLine); },
      onLink: (link) => { this.link.value = link; },
      onGap: () => undefined,
    });
    this.#stream = stream;
    void stream.run();
  }

  take(line: LogLine): void {
    if (this.following.peek()) this.lines.value = merged(this.lines.peek(), [line]);
    else this.held.value = merged(this.held.peek(), [line]);
  }

  follow(on: boolean): void {
    this.following.value = on;
    if (!on) return;
    this.lines.value = merged(this.lines.peek(), this.held.peek());
    this.held.value = [];
  }

  async older(): Promise<void> {
    const before = this.lines.peek()[0]?.id;
    if (before === undefined) return;
    try {
      const lines = await getLogs(this.#filter, before);
      this.reachedOldest.value = lines.length < pageLines;
      this.lines.value = [...lines, ...this.lines.peek()];
    } catch (thrown) {
      this.problem.value = asProblem(thrown);
    }
  }

  close(): void {
    this.#stream?.close();
    this.#stream = null;
  }
}
