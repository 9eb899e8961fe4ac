import { useSignal } from '@preact/signals';
import { asProblem, type Problem } from '../../api/problem.ts';
import { go } from '../../router.ts';
import { newThread } from '../../state/conversations.ts';
import { Trouble } from '../../parts/trouble.tsx';
import { t } from '../../text/text.ts';
import { Composer } from './composer.tsx';
import { currentModel } from './model_choice.tsx';

const ideas = ['chat.try1', 'chat.try2', 'chat.try3'] as const;

/** Before the first question: a conversation comes into being with it. */
export function NewChat() {
  const start = useSignal('');
  const problem = useSignal<Problem | null>(null);
  const send = async (text: string): Promise<void> => {
    problem.value = null;
    try {
      const thread = await newThread(text, currentModel());
      // The answer goes on by itself while its room opens.
      void thread.send(text, currentModel()).catch(() => undefined);
      go('chat', [thread.id]);
    } catch (thrown) {
      problem.value = asProblem(thrown);
      throw thrown;
    }
  };
  return (
    <>
      <div class="hello">
        <h2>{t('chat.hello')}</h2>
        <p class="muted">{t('chat.helloText')}</p>
        <ul class="ideas">
          {ideas.map((idea) => (
            <li key={idea}><button type="button" class="idea" onClick={() => { start.value = t(idea); document.getElementById('question')?.focus(); }}>{t(idea)}</button></li>
          ))}
        </ul>
        {problem.value ? <Trouble problem={problem.value} {...(problem.value.kind === 'not_yet' ? { title: t('chat.notKept') } : {})} /> : null}
      </div>
      <Composer onSend={send} answering={false} ready={currentModel() !== ''} start={start.value} />
    </>
  );
}
