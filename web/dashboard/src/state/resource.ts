// Something that is asked of the home: on its way, here, or failed with a reason.
import { signal, type ReadonlySignal } from '@preact/signals';
import { asProblem, isAbort, type Problem } from '../api/problem.ts';

export type Loadable<T> =
  | { readonly phase: 'waiting'; readonly value?: T }
  | { readonly phase: 'ready'; readonly value: T }
  | { readonly phase: 'failed'; readonly problem: Problem; readonly value?: T };

export interface Resource<T> {
  readonly state: ReadonlySignal<Loadable<T>>;
  /** Asks anew; what was known stays in view meanwhile. Only the newest question counts. */
  load(): Promise<void>;
  set(value: T): void;
  /** Changes what is known. A question that is on its way may not know of this change, so it is put anew. */
  update(change: (value: T) => T): void;
  readonly value: T | undefined;
}

export function resource<T>(ask: () => Promise<T>): Resource<T> {
  const state = signal<Loadable<T>>({ phase: 'waiting' });
  let newest = 0;
  let answered = 0;
  const known = (): { value?: T } => (state.peek().value === undefined ? {} : { value: state.peek().value as T });
  const self: Resource<T> = {
    state,
    get value() { return state.value.value; },
    set(value) {
      newest += 1;
      answered = newest;
      state.value = { phase: 'ready', value };
    },
    update(change) {
      const { value } = state.peek();
      if (answered !== newest) void self.load();
      if (value !== undefined) state.value = { ...state.peek(), value: change(value) };
    },
    async load() {
      newest += 1;
      const mine = newest;
      if (state.peek().phase === 'failed') state.value = { phase: 'waiting', ...known() };
      try {
        const value = await ask();
        if (mine === newest) state.value = { phase: 'ready', value };
      } catch (thrown) {
        if (mine === newest && !isAbort(thrown)) state.value = { phase: 'failed', problem: asProblem(thrown), ...known() };
      }
      if (mine === newest) answered = mine;
    },
  };
  return self;
}
