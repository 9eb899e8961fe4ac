import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'calm';

/** A word with a shape before it: the colour says nothing that these two do not. */
export function Badge({ tone, icon, children }: { tone: Tone; icon?: IconName; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{icon ? <Icon name={icon} /> : null}{children}</span>;
}
