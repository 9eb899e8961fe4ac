import { useSignal } from '@preact/signals';
import { exportConversation, type ExportFormat } from '../../api/conversations.ts';
import { go } from '../../router.ts';
import { remove, rename } from '../../state/conversations.ts';
import { attempt, tell } from '../../state/notices.ts';
import type { Thread } from '../../state/thread.ts';
import { Button, SubmitButton } from '../../parts/button.tsx';
import { Confirm, Dialog } from '../../parts/dialog.tsx';
import { Field } from '../../parts/field.tsx';
import { Menu } from '../../parts/menu.tsx';
import { t } from '../../text/text.ts';

const titleMax = 120;

async function save(thread: Thread, format: ExportFormat): Promise<void> {
  const address = URL.createObjectURL(await exportConversation(thread.id, format));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${thread.conversation.peek().title.replace(/[^\p{L}\p{N} _-]+/gu, '').trim().slice(0, 60) || 'conversation'}.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function Rename({ thread, onClose }: { thread: Thread; onClose: () => void }) {
  const title = useSignal(thread.conversation.peek().title);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (await attempt(() => rename(thread.id, title.value.trim()))) onClose();
  };
  return (
    <Dialog title={t('chat.renameTitle')} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <Field label={t('chat.title')} value={title.value} onInput={(value) => { title.value = value; }} maxLength={titleMax} />
        <div class="row end"><Button onPress={onClose}>{t('do.cancel')}</Button><SubmitButton disabled={title.value.trim() === ''}>{t('do.save')}</SubmitButton></div>
      </form>
    </Dialog>
  );
}

export function ThreadHead({ thread }: { thread: Thread }) {
  const dialog = useSignal<'rename' | 'remove' | null>(null);
  const { title } = thread.conversation.value;
  const close = (): void => { dialog.value = null; };
  const removeNow = async (): Promise<void> => {
    if (!(await attempt(() => remove(thread.id)))) return;
    tell(t('chat.removed'));
    go('chat');
  };
  return (
    <div class="thread-head">
      <h2>{title}</h2>
      <Menu
        label={t('chat.export')}
        entries={[
          { text: t('chat.rename'), onPress: () => { dialog.value = 'rename'; } },
          { text: t('chat.exportMd'), onPress: () => void attempt(() => save(thread, 'md')) },
          { text: t('chat.exportJson'), onPress: () => void attempt(() => save(thread, 'json')) },
          { text: t('chat.remove'), onPress: () => { dialog.value = 'remove'; } },
        ]}
      />
      {dialog.value === 'rename' ? <Rename thread={thread} onClose={close} /> : null}
      {dialog.value === 'remove' ? <Confirm title={t('chat.removeTitle')} text={t('chat.removeText', { title })} action={t('chat.remove')} onYes={removeNow} onClose={close} /> : null}
    </div>
  );
}
