// One open conversation: its messages as far as they were looked at, and the answer that this tab is getting.
import { signal, type Signal } from '@preact/signals';
import { answer, type AnswerPart } from '../api/chat.ts';
import * as api from '../api/conversations.ts';
import { loadModel } from '../api/home.ts';
import { asProblem, isAbort, type Problem } from '../api/problem.ts';
import type { Conversation, ConversationEvent, Message } from '../api/types.ts';
import { turnsFor } from './context.ts';
import { Messages, pageSize } from './messages.ts';

/** What a thread needs of the world; tests give their own. */
export interface ThreadWorld {
  api: Pick<typeof api, 'getConversation' | 'changeConversation' | 'getMessages' | 'appendMessage' | 'replaceMessage' | 'cutMessages'>;
  answer: typeof answer;
  load: typeof loadModel;
  isLoaded: (model: string) => boolean;
  contextOf: (model: string) => number;
  now: () => number;
  /** Runs `draw` soon, however often it is asked: once a frame in a browser. */
  soon: (draw: () => void) => void;
}

export interface Waiting { status: string; total: number; elapsedMs: number }

/** A partial answer is stored this often, so that little is lost if the tab dies. */
const storeEveryMs = 2000;
/** As much of the past as a question can ever take along. */
const pastMax = 400;

export class Thread {
  readonly conversation: Signal<Conversation>;
  /** Raised at each change of the messages: what draws them reads it. */
  readonly version = signal(0);
  readonly answering = signal(false);
  /** The model is being loaded. */
  readonly waiting = signal<Waiting | null>(null);
  readonly problem = signal<Problem | null>(null);
  /** How many older messages the newest question left out. */
  readonly leftOut = signal(0);
  readonly messages = new Messages();
  #abort: AbortController | null = null;
  #written: Message | null = null;
  #asked = new Set<number>();
  #revision: number;

  constructor(conversation: Conversation, readonly world: ThreadWorld) {
    this.conversation = signal(conversation);
    this.messages.setCount(conversation.messages);
    this.#revision = conversation.revision;
  }

  get id(): string { return this.conversation.peek().id; }

  /** Gets what `first`…`last` lacks. */
  async ensure(first: number, last: number): Promise<void> {
    const starts = this.messages.missingPages(first, last).filter((start) => !this.#asked.has(start));
    await Promise.all(starts.map((start) => this.#getPage(start)));
  }

  async #getPage(start: number): Promise<void> {
    this.#asked.add(start);
    try {
      this.#put(await this.world.api.getMessages(this.id, start, pageSize));
    } catch (thrown) {
      if (!isAbort(thrown)) this.problem.value = asProblem(thrown);
    } finally {
      this.#asked.delete(start);
    }
  }

  /** What the house has never replaces the answer that is being written here: ours is further. */
  #put(messages: readonly Message[]): void {
    this.messages.put(messages.filter((message) => message.seq !== this.#written?.seq));
    this.#drawn();
  }

  #drawn(): void {
    this.version.value += 1;
  }

  /** Another tab or device changed this conversation. */
  async follow(event: ConversationEvent): Promise<void> {
    if (event.revision <= this.#revision || this.answering.peek()) return;
    this.#revision = event.revision;
    const conversation = await this.world.api.getConversation(this.id);
    // Meanwhile this tab may have begun to write, and then knows better.
    if (this.answering.peek()) return;
    this.conversation.value = conversation;
    if (event.change !== 'messages') return;
    const from = event.from_seq ?? 1;
    this.messages.setCount(conversation.messages);
    if (from > conversation.messages) return this.#drawn();
    const start = Math.max(from, conversation.messages - 2 * pageSize);
    this.#put(await this.world.api.getMessages(this.id, start, conversation.messages - start + 1));
  }

  async send(text: string, model: string): Promise<void> {
    if (this.answering.peek()) return;
    this.problem.value = null;
    this.answering.value = true;
    try {
      this.#own([await this.world.api.appendMessage(this.id, { role: 'user', content: text, state: 'done' })]);
    } catch (thrown) {
      this.problem.value = asProblem(thrown);
      this.answering.value = false;
      throw thrown;
    }
    await this.#answer(model);
  }

  /** Asks the last question once more. */
  async retry(model: string): Promise<void> {
    if (this.answering.peek()) return;
    const last = this.messages.at(this.messages.count);
    if (last?.role === 'assistant' && !(await this.#cut(last.seq))) return;
    this.problem.value = null;
    this.answering.value = true;
    await this.#answer(model);
  }

  /** Asks the question `seq` in other words; what came after it goes. */
  async edit(seq: number, text: string, model: string): Promise<void> {
    if (this.answering.peek() || !(await this.#cut(seq))) return;
    await this.send(text, model);
  }

  async #cut(seq: number): Promise<boolean> {
    try {
      await this.world.api.cutMessages(this.id, seq);
    } catch (thrown) {
      this.problem.value = asProblem(thrown);
      return false;
    }
    this.messages.setCount(seq - 1);
    this.#drawn();
    return true;
  }

  stop(): void {
    this.#abort?.abort();
  }

  /** The page goes away: stores what there is. */
  leave(): void {
    if (this.#written && this.#written.content !== '') void this.world.api.replaceMessage(this.id, { ...this.#written, state: 'stopped' }, true).catch(() => undefined);
  }

  #own(messages: readonly Message[]): void {
    this.messages.put(messages);
    this.#drawn();
  }

  async #answer(model: string): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    this.#keepModel(model);
    try {
      await this.ensure(this.messages.count - pageSize, this.messages.count);
      const { turns, leftOut } = turnsFor(this.messages.tail(pastMax), this.world.contextOf(model));
      this.leftOut.value = leftOut + Math.max(0, this.messages.count - pastMax);
      this.#written = await this.world.api.appendMessage(this.id, { role: 'assistant', content: '', state: 'writing', model });
      this.#own([this.#written]);
      await this.#load(model, abort.signal);
      await this.#write(model, turns, abort.signal);
      await this.#finish('done');
    } catch (thrown) {
      if (!isAbort(thrown)) this.problem.value = asProblem(thrown);
      await this.#finish(isAbort(thrown) ? 'stopped' : 'failed');
    } finally {
      this.#abort = null;
      this.waiting.value = null;
      this.answering.value = false;
    }
  }

  /** The conversation goes on with the model that was asked last, in any browser. */
  #keepModel(model: string): void {
    if (this.conversation.peek().model === model) return;
    this.conversation.value = { ...this.conversation.peek(), model };
    // Only a convenience: the question does not wait for it, nor fail with it.
    void this.world.api.changeConversation(this.id, { model }).catch(() => undefined);
  }

  /** A model's first use takes a while: says what is going on meanwhile. */
  async #load(model: string, signal: AbortSignal): Promise<void> {
    if (this.world.isLoaded(model)) return;
    for await (const line of this.world.load(model, signal)) {
      if (line.status !== 'success') this.waiting.value = { status: line.status, total: line.total ?? 0, elapsedMs: line.elapsed_ms ?? 0 };
    }
    this.waiting.value = null;
  }

  async #write(model: string, turns: Parameters<typeof answer>[1], signal: AbortSignal): Promise<void> {
    let stored = this.world.now();
    for await (const part of this.world.answer(model, turns, signal)) {
      if (!this.#written) return;
      this.#written = withPart(this.#written, part);
      this.messages.put([this.#written]);
      this.world.soon(() => this.#drawn());
      if (this.world.now() - stored >= storeEveryMs) {
        stored = this.world.now();
        // A store that fails now is tried again with more text; the last one counts.
        void this.world.api.replaceMessage(this.id, this.#written).catch(() => undefined);
      }
    }
  }

  async #finish(state: 'done' | 'stopped' | 'failed'): Promise<void> {
    const written = this.#written;
    this.#written = null;
    if (!written) return;
    if (written.content === '' && !written.thinking) {
      await this.#cut(written.seq);
      return;
    }
    this.#own([{ ...written, state }]);
    try {
      await this.world.api.replaceMessage(this.id, { ...written, state });
    } catch (thrown) {
      this.problem.value ??= asProblem(thrown);
    }
  }
}

export function withPart(message: Message, part: AnswerPart): Message {
  return {
    ...message,
    content: message.content + (part.text ?? ''),
    ...(part.thinking === undefined ? {} : { thinking: (message.thinking ?? '') + part.thinking }),
    ...(part.tokens === undefined ? {} : { tokens: part.tokens }),
    ...(part.tokensPerSecond === undefined ? {} : { tokens_per_second: part.tokensPerSecond }),
  };
}
