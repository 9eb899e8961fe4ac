import type { ComponentChildren } from 'preact';
import { useSignal } from '@preact/signals';

interface Props {
  children: ComponentChildren;
  onPress: () => void | Promise<unknown>;
  kind?: 'main' | 'plain' | 'quiet' | 'danger';
  /** For people who hear it: what the words on it alone do not say ("Remove llama3.2:1b"). */
  label?: string;
  disabled?: boolean;
  small?: boolean;
  pressed?: boolean;
  expanded?: boolean;
}

/** A button that is busy while what it does is under way, and cannot be pressed twice meanwhile. */
export function Button({ children, onPress, kind = 'plain', label, disabled = false, small = false, pressed, expanded }: Props) {
  const busy = useSignal(false);
  const press = async (): Promise<void> => {
    if (busy.value) return;
    const outcome = onPress();
    if (!(outcome instanceof Promise)) return;
    busy.value = true;
    try {
      await outcome;
    } finally {
      busy.value = false;
    }
  };
  return (
    <button
      type="button" class={`button ${kind}${small ? ' small' : ''}`} onClick={() => void press()} disabled={disabled} aria-label={label}
      aria-busy={busy.value || undefined} aria-pressed={pressed} aria-expanded={expanded}
    >
      {children}
    </button>
  );
}

/** The button that sends a form. */
export function SubmitButton({ children, busy = false, disabled = false }: { children: ComponentChildren; busy?: boolean; disabled?: boolean }) {
  return <button type="submit" class="button main" disabled={disabled} aria-busy={busy || undefined}>{children}</button>;
}
