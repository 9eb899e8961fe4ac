// Short notices in a corner, and what a screen reader should say.
import { signal } from '@preact/signals';
import { asProblem } from '../api/problem.ts';

export interface Notice { id: number; tone: 'good' | 'bad'; text: string; next: string }

export const notices = signal<readonly Notice[]>([]);
let newest = 0;
const goodStaysMs = 6000;
const shownMax = 4;

export function dismiss(id: number): void {
  notices.value = notices.peek().filter((notice) => notice.id !== id);
}

function add(tone: Notice['tone'], text: string, next: string): void {
  newest += 1;
  const id = newest;
  notices.value = [...notices.peek().slice(-(shownMax - 1)), { id, tone, text, next }];
  // What went wrong stays until it is read.
  if (tone === 'good') setTimeout(() => dismiss(id), goodStaysMs);
}

export const tell = (text: string): void => add('good', text, '');
export function tellProblem(thrown: unknown): void {
  const problem = asProblem(thrown);
  add('bad', problem.what, problem.next);
}

/** Runs what a button does; a failure becomes a notice. True if it worked. */
export async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (thrown) {
    tellProblem(thrown);
    return false;
  }
}

/** The polite live region: the newest text wins, at most one in two seconds. */
export const announcement = signal('');
const announceEveryMs = 2000;
let waiting = '';
let timer: ReturnType<typeof setTimeout> | null = null;

export function announce(text: string): void {
  if (timer !== null) {
    waiting = text;
    return;
  }
  announcement.value = text;
  timer = setTimeout(() => {
    timer = null;
    const next = waiting;
    waiting = '';
    if (next !== '') announce(next);
  }, announceEveryMs);
}
