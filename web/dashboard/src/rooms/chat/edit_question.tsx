import { useSignal } from '@preact/signals';
import type { Message } from '../../api/types.ts';
import { Button, SubmitButton } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { t } from '../../text/text.ts';

export function EditQuestion({ message, onAsk, onClose }: { message: Message; onAsk: (text: string) => void; onClose: () => void }) {
  const text = useSignal(message.content);
  return (
    <Dialog title={t('chat.editTitle')} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); onAsk(text.value.trim()); }}>
        <label for="edited" class="visually-hidden">{t('chat.message')}</label>
        <textarea id="edited" rows={6} value={text.value} aria-describedby="edited-hint" onInput={(event) => { text.value = event.currentTarget.value; }} />
        <p class="hint" id="edited-hint">{t('chat.editHint')}</p>
        <div class="row end">
          <Button onPress={onClose}>{t('do.cancel')}</Button>
          <SubmitButton disabled={text.value.trim() === ''}>{t('chat.ask')}</SubmitButton>
        </div>
      </form>
    </Dialog>
  );
}
