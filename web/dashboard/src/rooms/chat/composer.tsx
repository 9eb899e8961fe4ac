import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { t } from '../../text/text.ts';
import { ModelChoice } from './model_choice.tsx';

interface Props { onSend: (text: string) => Promise<void>; onStop?: () => void; answering: boolean; ready: boolean; start?: string }

/** Where one writes: Enter sends, Shift+Enter begins a new line, Escape stops the answer. */
export function Composer({ onSend, onStop, answering, ready, start = '' }: Props) {
  const text = useSignal(start);
  const box = useRef<HTMLTextAreaElement>(null);
  const can = text.value.trim() !== '' && !answering && ready;

  useEffect(() => { text.value = start; }, [start]);
  useLayoutEffect(() => {
    // As high as its text, until the style's limit.
    const area = box.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight + 2}px`;
  }, [text.value]);

  const send = async (): Promise<void> => {
    if (!can) return;
    const written = text.value;
    text.value = '';
    try {
      await onSend(written.trim());
    } catch {
      text.value = written; // it was not taken: nothing that was typed is lost
    }
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && answering) onStop?.();
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void send();
  };
  return (
    <form class="composer" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <label for="question" class="visually-hidden">{t('chat.message')}</label>
      <textarea id="question" ref={box} rows={1} placeholder={t('chat.placeholder')} value={text.value} onInput={(event) => { text.value = event.currentTarget.value; }} onKeyDown={onKey} />
      <div class="row spread">
        <ModelChoice />
        {answering
          ? <button type="button" class="button" onClick={() => onStop?.()}>{t('chat.stop')}</button>
          : <button type="submit" class="button main" disabled={!can}>{t('chat.send')}</button>}
      </div>
    </form>
  );
}
