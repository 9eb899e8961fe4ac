// Which messages a model is sent: all that fit, the newest first.
import type { Turn } from '../api/chat.ts';
import type { Message } from '../api/types.ts';

/** English has about four characters to a token, other languages fewer: this errs towards sending less. */
const charactersPerToken = 3;
/** Left for the answer. */
const shareForQuestion = 0.75;

export interface Sent { turns: Turn[]; leftOut: number }

/** `messages` in order, the question last. What was not answered is left out: many models want the two to take turns. */
export function turnsFor(messages: readonly Message[], contextTokens: number): Sent {
  const usable = messages.filter((message, index) => {
    if (message.content === '') return false;
    const next = messages[index + 1];
    return message.role !== 'user' || index === messages.length - 1 || (next !== undefined && next.role === 'assistant' && next.content !== '');
  });
  const limit = contextTokens * charactersPerToken * shareForQuestion;
  const turns: Turn[] = [];
  let used = 0;
  for (const { role, content } of [...usable].reverse()) {
    used += content.length;
    if (used > limit && turns.length > 0) break;
    turns.unshift({ role, content });
  }
  // An answer without its question says nothing.
  while (turns.length > 1 && turns[0]?.role === 'assistant') turns.shift();
  return { turns, leftOut: usable.length - turns.length };
}
