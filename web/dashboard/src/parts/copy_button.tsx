import { useSignal } from '@preact/signals';
import { announce } from '../state/notices.ts';
import { t } from '../text/text.ts';

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // not allowed here: the text can still be marked by hand
  }
}

const saysSoMs = 2000;

export function CopyButton({ text, label }: { text: string; label: string }) {
  const done = useSignal(false);
  const press = async (): Promise<void> => {
    if (!(await copy(text))) return;
    done.value = true;
    announce(t('do.copied'));
    setTimeout(() => { done.value = false; }, saysSoMs);
  };
  return <button type="button" class="button quiet small" aria-label={label} onClick={() => void press()}>{done.value ? t('do.copied') : t('do.copy')}</button>;
}
