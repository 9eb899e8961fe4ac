import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { place } from '../../router.ts';
import { asProblem, Problem } from '../../api/problem.ts';
import { conversations, openThread } from '../../state/conversations.ts';
import { loaded, models } from '../../state/models.ts';
import type { Thread } from '../../state/thread.ts';
import { Trouble, Waiting } from '../../parts/trouble.tsx';
import { RoomHead } from '../../shell/room_head.tsx';
import { t } from '../../text/text.ts';
import { ConversationList } from './conversation_list.tsx';
import { NewChat } from './new_chat.tsx';
import { ThreadView } from './thread_view.tsx';

type Open = { phase: 'new' } | { phase: 'waiting' } | { phase: 'open'; thread: Thread } | { phase: 'failed'; problem: Problem };

export default function ChatRoom() {
  const open = useSignal<Open>({ phase: 'waiting' });
  const id = place.value.rest[0];

  useEffect(() => {
    void conversations.load();
    void models.load();
    void loaded.load();
  }, []);

  const show = async (): Promise<void> => {
    if (id === undefined) {
      open.value = { phase: 'new' };
      return;
    }
    if (open.peek().phase !== 'open') open.value = { phase: 'waiting' };
    try {
      const thread = await openThread(id);
      if (place.peek().rest[0] === id) open.value = { phase: 'open', thread };
    } catch (thrown) {
      if (place.peek().rest[0] === id) open.value = { phase: 'failed', problem: asProblem(thrown) };
    }
  };
  useEffect(() => void show(), [id]);

  const now = open.value;
  return (
    <div class="chat-room">
      <RoomHead title={t('room.chat')} hidden />
      <ConversationList current={id} />
      <div class="chat-main">
        {now.phase === 'new' ? <NewChat /> : null}
        {now.phase === 'waiting' ? <Waiting /> : null}
        {now.phase === 'failed' ? <Trouble title={now.problem.kind === 'missing' ? t('chat.gone') : now.problem.what} problem={now.problem} onRetry={show} /> : null}
        {now.phase === 'open' ? <ThreadView thread={now.thread} key={now.thread.id} /> : null}
      </div>
    </div>
  );
}
