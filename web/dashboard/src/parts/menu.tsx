import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

export interface MenuEntry { text: string; onPress: () => void }

/** A button that opens a few more. Plain buttons in the focus order: Tab goes through them, Escape closes. */
export function Menu({ label, entries }: { label: string; entries: readonly MenuEntry[] }) {
  const open = useSignal(false);
  const root = useRef<HTMLDivElement>(null);
  const toggle = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open.value) return undefined;
    const outside = (event: Event): void => { if (!root.current?.contains(event.target as Node)) open.value = false; };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
    };
  }, [open.value]);

  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !open.value) return;
    open.value = false;
    toggle.current?.focus();
  };
  const choose = (entry: MenuEntry): void => {
    open.value = false;
    // The focus is back here before a dialog opens, which gives it back in its turn.
    toggle.current?.focus();
    entry.onPress();
  };
  return (
    <div class="menu" ref={root} onKeyDown={onKey}>
      <button type="button" ref={toggle} class="button quiet" aria-label={label} aria-expanded={open.value} onClick={() => { open.value = !open.value; }}><Icon name="more" /></button>
      {open.value ? (
        <ul class="menu-list">
          {entries.map((entry) => <li key={entry.text}><button type="button" onClick={() => choose(entry)}>{entry.text}</button></li>)}
        </ul>
      ) : null}
    </div>
  );
}
