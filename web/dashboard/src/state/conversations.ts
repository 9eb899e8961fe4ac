// The list of conversations, and the threads that are open in this tab.
import { answer } from '../api/chat.ts';
import * as api from '../api/conversations.ts';
import { loadModel } from '../api/home.ts';
import type { Conversation, ConversationEvent } from '../api/types.ts';
import { loaded, models, withTag } from './models.ts';
import { onHomeEvent, onMissedEvents, status } from './live.ts';
import { resource } from './resource.ts';
import { Thread } from './thread.ts';

export const conversations = resource<Conversation[]>(api.listConversations);

const threads = new Map<string, Thread>();

const contextByDefault = 4096;

function contextOf(model: string): number {
  const name = withTag(model);
  return loaded.value?.find((entry) => entry.name === name)?.context_tokens
    ?? models.value?.models.find((entry) => entry.name === name)?.context_length
    ?? contextByDefault;
}

let waitingToDraw: Set<() => void> | null = null;
function soon(draw: () => void): void {
  if (waitingToDraw) return void waitingToDraw.add(draw);
  waitingToDraw = new Set([draw]);
  // Not a frame: those stand still in a tab that nobody looks at, and the text would pile up.
  setTimeout(() => {
    const draws = waitingToDraw;
    waitingToDraw = null;
    draws?.forEach((one) => one());
  }, 40);
}

const world = {
  api, answer, load: loadModel, contextOf, soon, now: () => Date.now(),
  isLoaded: (model: string) => status.peek()?.loaded.some((entry) => entry.name === withTag(model) && entry.state === 'ready') ?? false,
};

export async function openThread(id: string): Promise<Thread> {
  const known = threads.get(id);
  if (known) return known;
  const thread = new Thread(await api.getConversation(id), world);
  threads.set(id, thread);
  return thread;
}

const titleMax = 60;
/** A conversation is called by its first words until the person names it. */
export function titleOf(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  if (line.length <= titleMax) return line;
  // A cut through the two halves of a character would leave what is no text.
  const cut = line.slice(0, titleMax).replace(/[\uD800-\uDBFF]$/, '');
  const lastWord = cut.lastIndexOf(' ');
  return `${cut.slice(0, lastWord > titleMax / 2 ? lastWord : cut.length)}…`;
}

export async function newThread(firstWords: string, model: string): Promise<Thread> {
  const conversation = await api.createConversation(titleOf(firstWords), model);
  const thread = new Thread(conversation, world);
  threads.set(conversation.id, thread);
  void conversations.load();
  return thread;
}

export async function rename(id: string, title: string): Promise<void> {
  const changed = await api.changeConversation(id, { title });
  const thread = threads.get(id);
  if (thread) thread.conversation.value = changed;
  await conversations.load();
}

export async function remove(id: string): Promise<void> {
  threads.get(id)?.stop();
  await api.removeConversation(id);
  threads.delete(id);
  await conversations.load();
}

/** An answer that is being written tells of itself every other second; the list need not follow each time. */
const listEveryMs = 1500;
let listTimer: ReturnType<typeof setTimeout> | null = null;
function listSoon(): void {
  listTimer ??= setTimeout(() => {
    listTimer = null;
    void conversations.load();
  }, listEveryMs);
}

onHomeEvent<ConversationEvent>('conversation', (event) => {
  if (event.change === 'removed') threads.delete(event.id);
  else void threads.get(event.id)?.follow(event).catch(() => undefined);
  if (conversations.state.peek().phase !== 'waiting') listSoon();
});
onMissedEvents(() => void conversations.load());
globalThis.addEventListener?.('pagehide', () => threads.forEach((thread) => thread.leave()));
