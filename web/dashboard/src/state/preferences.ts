// What a person wants of this browser only: it stays here, not in the house.
import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
export const themes: readonly Theme[] = ['system', 'light', 'dark'];

const store = globalThis.localStorage;
const isTheme = (text: string | null): text is Theme => themes.includes(text as Theme);

const savedTheme = store?.getItem('theme') ?? null;
export const theme = signal<Theme>(isTheme(savedTheme) ? savedTheme : 'system');
export const wishedModel = signal<string | null>(store?.getItem('model') ?? null);

export function wishModel(name: string): void {
  wishedModel.value = name;
  store?.setItem('model', name);
}

effect(() => {
  store?.setItem('theme', theme.value);
  const root = globalThis.document?.documentElement;
  if (!root) return;
  if (theme.value === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme.value;
});
