// The live line to the home. Everything that changes by itself comes through here, so that all tabs agree.
import { signal } from '@preact/signals';
import { EventStream, type Link } from '../api/event_stream.ts';
import type { Status } from '../api/types.ts';
import { inLast, sampleOf, withHistory, withSample } from './samples.ts';
import type { History, Sample } from '../api/types.ts';
import { t } from '../text/text.ts';
import { tell } from './notices.ts';

export const link = signal<Link>('connecting');
export const status = signal<Status | null>(null);
export const samples = signal<readonly Sample[]>([]);
/** The home's version changed under this page: its files may be newer than ours. */
export const otherVersion = signal<string | null>(null);

type Handler = (data: unknown) => void;
const handlers = new Map<string, Handler[]>();
const gapHandlers: (() => void)[] = [];

export function onHomeEvent<T>(type: string, handler: (data: T) => void): void {
  handlers.set(type, [...(handlers.get(type) ?? []), handler as Handler]);
}

/** Called when events may have been missed: ask anew for what is shown. */
export function onMissedEvents(handler: () => void): void {
  gapHandlers.push(handler);
}

function takeStatus(next: Status): void {
  const before = status.peek();
  if (before && before.version !== next.version) otherVersion.value = next.version;
  status.value = next;
  samples.value = withSample(samples.peek(), sampleOf(next, Date.now() / 1000));
}

export function takeHistory(history: History): void {
  samples.value = withHistory(samples.peek(), history);
}

export const samplesOfLast = (minutes: number): Sample[] => inLast(samples.value, minutes, Date.now() / 1000);

export function takeEvent(type: string, data: string): void {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return; // one unreadable event is no reason to lose the rest
  }
  if (type === 'state') takeStatus(value as Status);
  for (const handler of handlers.get(type) ?? []) handler(value);
}

let stream: EventStream | null = null;

export function startLive(): void {
  if (stream) return;
  stream = new EventStream({
    onEvent: (event) => takeEvent(event.type, event.data),
    onLink: (next) => {
      if (link.peek() === 'offline' && next === 'live') tell(t('link.back'));
      link.value = next;
    },
    onGap: () => gapHandlers.forEach((handler) => handler()),
  });
  void stream.run();
}

// The machine woke up, or the person came back to the tab: no need to wait for the next try.
globalThis.addEventListener?.('online', () => retryNow());
globalThis.document?.addEventListener('visibilitychange', () => { if (!document.hidden && link.peek() === 'offline') retryNow(); });

/** Signed out: the home tells this page nothing more. */
export function stopLive(): void {
  stream?.close();
  stream = null;
}

export const retryNow = (): void => stream?.retryNow();
