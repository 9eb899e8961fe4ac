import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Button } from './button.tsx';
import { t } from '../text/text.ts';

interface Props { title: string; children: ComponentChildren; onClose: () => void; /** Closing by Escape is possible unless something would be lost. */ stays?: boolean }

/** A dialog over the page. The browser keeps the focus inside, and gives it back afterwards. */
export function Dialog({ title, children, onClose, stays = false }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => { if (before instanceof HTMLElement && before.isConnected) before.focus(); };
  }, []);
  return (
    <dialog
      ref={element} class="dialog" aria-labelledby={titleId} onClose={onClose}
      onCancel={(event) => { if (stays) event.preventDefault(); }}
      // A browser that was refused once closes at the second Escape all the same; the key itself it leaves to us.
      onKeyDown={(event) => { if (stays && event.key === 'Escape') event.preventDefault(); }}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}

/** Asks before something that cannot be undone. */
export function Confirm({ title, text, action, onYes, onClose, no }: { title: string; text: string; action: string; no?: string; onYes: () => Promise<unknown> | void; onClose: () => void }) {
  const yes = async (): Promise<void> => {
    await onYes();
    onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      <div class="row end">
        <Button onPress={onClose}>{no ?? t('do.cancel')}</Button>
        <Button kind="danger" onPress={yes}>{action}</Button>
      </div>
    </Dialog>
  );
}
