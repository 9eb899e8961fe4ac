import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Common { label: string; hint?: ComponentChildren; error?: string; hideLabel?: boolean }
interface InputProps extends Common {
  value: string;
  onInput: (value: string) => void;
  type?: 'text' | 'number' | 'password' | 'search';
  placeholder?: string;
  min?: number;
  max?: number;
  step?: number | 'any';
  maxLength?: number;
  /** What the browser may fill in. */
  autocomplete?: string;
}

/** A label, its input, and what is to know or wrong about it, tied together for those who hear the page. */
export function Field({ label, hint, error, hideLabel = false, value, onInput, type = 'text', autocomplete = 'off', ...input }: InputProps) {
  const id = useId();
  const about = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter((part) => part !== '').join(' ');
  return (
    <div class="field">
      <label for={id} class={hideLabel ? 'visually-hidden' : ''}>{label}</label>
      <input
        id={id} type={type as 'text'} value={value} onInput={(event) => onInput(event.currentTarget.value)} aria-describedby={about || undefined}
        aria-invalid={error ? true : undefined} spellcheck={false} autocomplete={autocomplete as 'off'} {...input}
      />
      {hint ? <p class="hint" id={`${id}-hint`}>{hint}</p> : null}
      {error ? <p class="error" id={`${id}-error`}>{error}</p> : null}
    </div>
  );
}

export interface Choice { value: string; text: string }

export function Select({ label, value, choices, onChange, hideLabel = false }: { label: string; value: string; choices: readonly Choice[]; onChange: (value: string) => void; hideLabel?: boolean }) {
  const id = useId();
  return (
    <div class="field inline">
      <label for={id} class={hideLabel ? 'visually-hidden' : ''}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {choices.map((choice) => <option key={choice.value} value={choice.value}>{choice.text}</option>)}
      </select>
    </div>
  );
}

/** A few choices side by side: radio buttons that look like one control. */
export function Segments({ label, value, choices, onChange }: { label: string; value: string; choices: readonly Choice[]; onChange: (value: string) => void }) {
  const name = useId();
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value}>
          <input type="radio" name={name} checked={choice.value === value} onChange={() => onChange(choice.value)} />
          <span>{choice.text}</span>
        </label>
      ))}
    </fieldset>
  );
}

export function Check({ label, hint, checked, onChange }: { label: string; hint?: string; checked: boolean; onChange: (checked: boolean) => void }) {
  const id = useId();
  return (
    <div class="check">
      <input id={id} type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} aria-describedby={hint ? `${id}-hint` : undefined} />
      <div>
        <label for={id}>{label}</label>
        {hint ? <p class="hint" id={`${id}-hint`}>{hint}</p> : null}
      </div>
    </div>
  );
}
