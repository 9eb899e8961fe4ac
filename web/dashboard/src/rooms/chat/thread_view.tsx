import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Message } from '../../api/types.ts';
import { announce } from '../../state/notices.ts';
import { wishedModel } from '../../state/preferences.ts';
import type { Thread } from '../../state/thread.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { WindowedList, type ListHandle } from '../../parts/windowed/windowed_list.tsx';
import { t } from '../../text/text.ts';
import { Composer } from './composer.tsx';
import { EditQuestion } from './edit_question.tsx';
import { MessageView } from './message_view.tsx';
import { currentModel } from './model_choice.tsx';
import { ThreadHead } from './thread_head.tsx';

/** How much of a finished answer is read out by itself; the rest is one step away in the list. */
const spokenMax = 600;

function useAnnouncedAnswers(thread: Thread): void {
  const wasAnswering = useRef(thread.answering.value);
  const answering = thread.answering.value;
  useEffect(() => {
    const last = thread.messages.at(thread.messages.count);
    if (wasAnswering.current && !answering && last?.role === 'assistant') announce(t('chat.finished', { text: last.content.slice(0, spokenMax) }));
    if (!wasAnswering.current && answering) announce(t('chat.writing', { model: currentModel(thread.conversation.peek().model) }));
    wasAnswering.current = answering;
  }, [answering]);
}

export function ThreadView({ thread }: { thread: Thread }) {
  const editing = useSignal<Message | null>(null);
  const atEnd = useSignal(true);
  const list = useRef<ListHandle>(null);
  const model = useComputed(() => currentModel(thread.conversation.value.model));
  useAnnouncedAnswers(thread);

  // A conversation goes on with its model, unless another one is chosen.
  useEffect(() => {
    if (thread.conversation.peek().model !== '') wishedModel.value = thread.conversation.peek().model;
  }, []);

  // Read, so that a change of any message draws this anew.
  void thread.version.value;
  const { messages } = thread;
  const count = messages.count;
  const send = async (text: string): Promise<void> => {
    list.current?.toEnd();
    await thread.send(text, model.value);
  };
  return (
    <>
      <ThreadHead thread={thread} />
      <WindowedList
        listKey={thread.id} count={count} label={t('chat.messages')} handle={list} onAtEnd={(now) => { atEnd.value = now; }}
        onView={(first, last) => void thread.ensure(first + 1, last + 1)}
        rowClass={(index) => `message ${messages.at(index + 1)?.role ?? 'waiting'}`}
        row={(index) => (
          <MessageView
            message={messages.at(index + 1)} isLast={index + 1 === count} thread={thread}
            onEdit={(message) => { editing.value = message; }} onRetry={() => thread.retry(model.value)}
          />
        )}
      />
      <div class="chat-foot">
        {atEnd.value ? null : <div class="to-end"><Button small onPress={() => list.current?.toEnd()}><Icon name="down" />{t('chat.toEnd')}</Button></div>}
        {thread.leftOut.value > 0 ? <p class="muted small">{t('chat.leftOut', { count: thread.leftOut.value })}</p> : null}
        {thread.problem.value ? <Trouble problem={thread.problem.value} onRetry={() => thread.retry(model.value)} /> : null}
        <Composer onSend={send} onStop={() => thread.stop()} answering={thread.answering.value} ready={model.value !== ''} />
      </div>
      {editing.value ? (
        <EditQuestion
          message={editing.value} onClose={() => { editing.value = null; }}
          onAsk={(text) => { const { seq } = editing.value as Message; editing.value = null; void thread.edit(seq, text, model.value).catch(() => undefined); }}
        />
      ) : null}
    </>
  );
}
