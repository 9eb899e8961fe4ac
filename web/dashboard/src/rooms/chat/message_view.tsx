import type { Message } from '../../api/types.ts';
import type { Thread, Waiting } from '../../state/thread.ts';
import { duration, rate, size, whole } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy_button.tsx';
import { Markdown } from '../../parts/markdown/markdown.tsx';

interface Props { message: Message | undefined; isLast: boolean; thread: Thread; onEdit: (message: Message) => void; onRetry: () => Promise<void> }

function waitText(waiting: Waiting | null, model: string): string {
  if (!waiting) return t('chat.reading', { model });
  const values = { model, size: size(waiting.total), time: duration(waiting.elapsedMs / 1000) };
  return waiting.status === 'measuring' ? t('chat.load.measuring', values) : t('chat.load.loading', values);
}

function Question({ message, onEdit, busy }: { message: Message; onEdit: (message: Message) => void; busy: boolean }) {
  return (
    <>
      <h3 class="visually-hidden">{t('chat.you')}</h3>
      <div class="bubble">{message.content}</div>
      <div class="tools"><Button kind="quiet" small disabled={busy} onPress={() => onEdit(message)}>{t('chat.edit')}</Button></div>
    </>
  );
}

function stateText(message: Message, writtenHere: boolean): string {
  if (message.state === 'stopped') return t('chat.stopped');
  if (message.state === 'failed') return t('chat.failed');
  if (message.state === 'writing' && !writtenHere) return t('chat.elsewhere');
  if (message.tokens !== undefined && message.tokens_per_second !== undefined) return t('chat.stats', { tokens: whole(message.tokens), rate: rate(message.tokens_per_second) });
  return '';
}

function Answer({ message, isLast, thread, onRetry }: { message: Message; isLast: boolean; thread: Thread; onRetry: () => Promise<void> }) {
  const answering = thread.answering.value;
  const here = answering && isLast;
  return (
    <>
      <h3 class="visually-hidden">{t('chat.assistant')}{message.model ? `, ${message.model}` : ''}</h3>
      {message.thinking ? <details class="thinking" open={here && message.content === ''}><summary>{t('chat.thinking')}</summary><Markdown text={message.thinking} /></details> : null}
      {here && message.content === '' ? <p class="muted waiting" role="status">{waitText(thread.waiting.value, message.model ?? '')}</p> : null}
      <Markdown text={message.content} />
      <div class="tools">
        <span class="muted small">{[message.model ?? '', stateText(message, here)].filter((part) => part !== '').join(' · ')}</span>
        {here || message.content === '' ? null : <CopyButton text={message.content} label={`${t('chat.copyAnswer')}: ${t('chat.assistant')}`} />}
        {isLast && !answering ? <Button kind="quiet" small onPress={onRetry}>{t('chat.retry')}</Button> : null}
      </div>
    </>
  );
}

/** One message; undefined while its page is on its way. */
export function MessageView({ message, isLast, thread, onEdit, onRetry }: Props) {
  if (!message) return <p class="muted">{t('app.loading')}</p>;
  if (message.role === 'user') return <Question message={message} onEdit={onEdit} busy={thread.answering.value} />;
  return <Answer message={message} isLast={isLast} thread={thread} onRetry={onRetry} />;
}
