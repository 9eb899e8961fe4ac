import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { go, hashOf } from '../../router.ts';
import type { Conversation } from '../../api/types.ts';
import { conversations } from '../../state/conversations.ts';
import { since } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Loaded } from '../../parts/trouble.tsx';

/** More are found by their words; nobody scrolls through thousands. */
const shownMax = 200;

function matching(all: readonly Conversation[], words: string): Conversation[] {
  const wanted = words.trim().toLocaleLowerCase();
  return all.filter((one) => one.title.toLocaleLowerCase().includes(wanted)).slice(0, shownMax);
}

function Entry({ conversation, isCurrent, onGo }: { conversation: Conversation; isCurrent: boolean; onGo: () => void }) {
  return (
    <li>
      <a href={hashOf('chat', [conversation.id])} aria-current={isCurrent ? 'page' : undefined} onClick={onGo}>
        <span class="title">{conversation.title}</span>
        <span class="muted small">{since(new Date(conversation.updated_at))}</span>
      </a>
    </li>
  );
}

export function ConversationList({ current }: { current: string | undefined }) {
  const words = useSignal('');
  /** On narrow screens the list is folded away. */
  const folded = useSignal(true);
  const toggle = useRef<HTMLButtonElement>(null);
  const fold = (): void => { folded.value = true; };
  return (
    <aside class={`conversations${folded.value ? ' folded' : ''}`} aria-label={t('chat.conversations')}>
      <div class="row">
        <button type="button" ref={toggle} class="button quiet fold" aria-expanded={!folded.value} onClick={() => { folded.value = !folded.value; }}>
          <Icon name="menu" />{t('chat.conversations')}
        </button>
        <Button onPress={() => { fold(); go('chat'); }}><Icon name="plus" />{t('chat.new')}</Button>
      </div>
      <div class="foldable">
        <Loaded from={conversations}>
          {(all) => (
            <>
              {all.length > 5 ? <Field label={t('chat.search')} hideLabel type="search" placeholder={t('chat.search')} value={words.value} onInput={(value) => { words.value = value; }} /> : null}
              {matching(all, words.value).length === 0 ? <p class="muted small">{t(words.value === '' ? 'chat.none' : 'chat.noneFound')}</p> : null}
              <ul>
                {matching(all, words.value).map((one) => <Entry key={one.id} conversation={one} isCurrent={one.id === current} onGo={fold} />)}
              </ul>
            </>
          )}
        </Loaded>
      </div>
    </aside>
  );
}
