// The list of conversations, and the threads that are open in this tab.
import { answer } from '../api/chat.ts';
import * as api from '../api/conversations.ts';
import { loadModel } from '../api/home.ts';
import type { Conversation, ConversationEvent } from '../api/types.ts';
import { afterEvent, withConversation, withoutConversation } from './conversation_list.ts';
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
  conversations.update((known) => withConversation(known, conversation));
  return thread;
}

export async function rename(id: string, title: string): Promise<void> {
  const changed = await api.changeConversation(id, { title });
  const thread = threads.get(id);
  if (thread) thread.conversation.value = changed;
  conversations.update((known) => withConversation(known, changed));
}

export async function remove(id: string): Promise<void> {
  threads.get(id)?.stop();
  await api.removeConversation(id);
  threads.delete(id);
  conversations.update((known) => withoutConversation(known, id));
}

/** Follows what happens to conversations, here and in other tabs. Ten thousand may be there: only the one that changed is asked for, and not even that
 * where the event says it all, as those of an answer that is being written do every other second. */
async function followInList(event: ConversationEvent): Promise<void> {
  const list = conversations.value;
  if (list === undefined) return; // nobody looked yet
  const now = new Date().toISOString();
  if (afterEvent(list, event, now) !== null) return conversations.update((known) => afterEvent(known, event, now) ?? known);
  const changed = await api.getConversation(event.id);
  conversations.update((known) => withConversation(known, changed));
}

onHomeEvent<ConversationEvent>('conversation', (event) => {
  if (event.change === 'removed') threads.delete(event.id);
  else void threads.get(event.id)?.follow(event).catch(() => undefined);
  // What is gone again meanwhile comes as an event of its own.
  void followInList(event).catch(() => undefined);
});
onMissedEvents(() => void conversations.load());
globalThis.addEventListener?.('pagehide', () => threads.forEach((thread) => thread.leave()));
