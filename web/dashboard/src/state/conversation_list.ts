// The list of conversations after one of them changed: what is known stays, nothing is asked twice.
import type { Conversation, ConversationEvent } from '../api/types.ts';

/** `list` with `changed` in it, in its place by time: the newest first. */
export function withConversation(list: readonly Conversation[], changed: Conversation): Conversation[] {
  const others = list.filter((one) => one.id !== changed.id);
  const at = others.findIndex((one) => one.updated_at <= changed.updated_at);
  return at === -1 ? [...others, changed] : [...others.slice(0, at), changed, ...others.slice(at)];
}

export const withoutConversation = (list: readonly Conversation[], id: string): Conversation[] => list.filter((one) => one.id !== id);

/** The list after `event`, at `now` (RFC 3339); null where the event alone does not say how the conversation is now. */
export function afterEvent(list: readonly Conversation[], event: ConversationEvent, now: string): Conversation[] | null {
  if (event.change === 'removed') return withoutConversation(list, event.id);
  const known = list.find((one) => one.id === event.id);
  if (!known || event.change !== 'messages') return known && event.revision <= known.revision ? [...list] : null;
  if (event.revision <= known.revision) return [...list];
  // The newest of all, whatever this machine's clock says.
  return [{ ...known, revision: event.revision, updated_at: now }, ...withoutConversation(list, event.id)];
}
