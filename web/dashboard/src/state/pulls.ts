// Downloads of models: what each is doing, whoever started it.
import { signal } from '@preact/signals';
import { getPulls, pausePull, pullModel, removeModel } from '../api/home.ts';
import { asProblem, isAbort } from '../api/problem.ts';
import type { Progress, ProgressEvent, Pull } from '../api/types.ts';
import { onHomeEvent, onMissedEvents } from './live.ts';

export type Pulls = ReadonlyMap<string, Pull>;

const fresh = (name: string): Pull => ({ name, state: 'running', status: '', completed: 0, total: 0, bytes_per_second: 0, message: '' });

/** What a line or event of the pull `name` makes of the list. A finished pull leaves it. */
export function withProgress(pulls: Pulls, name: string, line: Progress & { message?: string }): Pulls {
  const next = new Map(pulls);
  if (line.status === 'success') {
    next.delete(name);
    return next;
  }
  const before = pulls.get(name) ?? fresh(name);
  if (line.status === 'failed') {
    // Pausing ends the pull in the home with an error, too; the person knows why.
    next.set(name, before.state === 'paused' ? before : { ...before, state: 'failed', message: line.message ?? '', bytes_per_second: 0 });
    return next;
  }
  if (line.status === 'paused') {
    next.set(name, { ...before, state: 'paused', bytes_per_second: 0, message: '' });
    return next;
  }
  // A model is several files; the largest one is what people wait for, and small ones must not make the bar jump back.
  const isSmaller = (line.total ?? 0) < before.total;
  next.set(name, {
    ...before,
    state: 'running',
    message: '',
    status: line.status,
    ...(isSmaller || line.total === undefined ? {} : { total: line.total, completed: line.completed ?? 0 }),
    bytes_per_second: line.bytes_per_second ?? before.bytes_per_second,
  });
  return next;
}

export const secondsLeft = ({ completed, total, bytes_per_second: speed }: Pull): number | null => (speed > 0 && total > completed ? (total - completed) / speed : null);

export const pulls = signal<Pulls>(new Map());
const finishedListeners: ((name: string) => void)[] = [];
export const onPulled = (listener: (name: string) => void): void => { finishedListeners.push(listener); };

function take(name: string, line: Progress & { message?: string }): void {
  pulls.value = withProgress(pulls.peek(), name, line);
  if (line.status === 'success') finishedListeners.forEach((listener) => listener(name));
}

/** Of pulls that live in this tab's request. */
const running = new Map<string, AbortController>();

function settle(name: string, change: Partial<Pull>): void {
  const next = new Map(pulls.peek());
  next.set(name, { ...(next.get(name) ?? fresh(name)), bytes_per_second: 0, ...change });
  pulls.value = next;
}

export async function startPull(name: string): Promise<void> {
  if (running.has(name)) return;
  const controller = new AbortController();
  running.set(name, controller);
  settle(name, { state: 'running', message: '' });
  try {
    const lines = await pullModel(name, controller.signal);
    if (lines) for await (const line of lines) if (!controller.signal.aborted) take(name, line);
  } catch (thrown) {
    if (isAbort(thrown) || controller.signal.aborted) settle(name, { state: 'paused', message: '' });
    else settle(name, { state: 'failed', message: asProblem(thrown).what });
  } finally {
    running.delete(name);
  }
}

/** What arrived is kept by the home; `startPull` goes on from there. */
export async function pause(name: string): Promise<void> {
  settle(name, { state: 'paused', message: '' });
  const mine = running.get(name);
  mine?.abort();
  // A pull of another tab or of the home itself. A home that cannot pause says so, and goes on.
  if (!mine) await pausePull(name).catch((thrown: unknown) => settle(name, { state: 'running', message: asProblem(thrown).what }));
}

/** Ends it and drops what arrived. */
export async function drop(name: string): Promise<void> {
  running.get(name)?.abort();
  await pausePull(name).catch(() => undefined);
  await removeModel(name).catch(() => undefined); // nothing has arrived yet: nothing to remove
  const next = new Map(pulls.peek());
  next.delete(name);
  pulls.value = next;
}

/** Pulls that this page has not seen begin. Today's home does not tell; then the events do. */
export async function loadPulls(): Promise<void> {
  try {
    const told = await getPulls();
    pulls.value = new Map([...pulls.peek(), ...told.map((pull) => [pull.name, pull] as const)]);
  } catch {
    // see above
  }
}

onHomeEvent<ProgressEvent>('pull', (event) => { if (!running.has(event.name)) take(event.name, event); });
onMissedEvents(() => void loadPulls());
