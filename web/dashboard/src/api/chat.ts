// One streamed answer from OpenAI's chat endpoint.
import { stream } from './request.ts';
import { eventsOf } from './sse.ts';
import { Problem, problemInStream } from './problem.ts';
import { t } from '../text/text.ts';
import type { Role } from './types.ts';

export interface AnswerPart { text?: string; thinking?: string; tokens?: number; tokensPerSecond?: number; finish?: string }

interface Chunk {
  error?: unknown;
  choices?: { delta?: { content?: string | null; reasoning_content?: string | null }; finish_reason?: string | null }[];
  usage?: { completion_tokens?: number } | null;
  timings?: { predicted_per_second?: number };
}

/** What one event of the stream adds to the answer. Throws the error that it may hold. */
export function partOf(data: string): AnswerPart {
  const chunk = JSON.parse(data) as Chunk;
  if (chunk.error !== undefined) throw problemInStream(chunk.error);
  const choice = chunk.choices?.[0];
  return {
    ...(choice?.delta?.content ? { text: choice.delta.content } : {}),
    ...(choice?.delta?.reasoning_content ? { thinking: choice.delta.reasoning_content } : {}),
    ...(choice?.finish_reason ? { finish: choice.finish_reason } : {}),
    ...(chunk.usage?.completion_tokens === undefined ? {} : { tokens: chunk.usage.completion_tokens }),
    ...(chunk.timings?.predicted_per_second === undefined ? {} : { tokensPerSecond: chunk.timings.predicted_per_second }),
  };
}

export interface Turn { role: Role; content: string }

/** Yields the parts of the answer. A stream that ends without saying so was cut off. */
export async function* answer(model: string, messages: readonly Turn[], signal: AbortSignal): AsyncGenerator<AnswerPart, void, undefined> {
  const body = await stream('/v1/chat/completions', { body: { model, messages, stream: true, stream_options: { include_usage: true } }, signal });
  for await (const { data } of eventsOf(body)) {
    if (data === '[DONE]') return;
    yield partOf(data);
  }
  throw new Problem('cut_off', t('problem.cut_off'));
}
