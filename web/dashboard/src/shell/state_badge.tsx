import { Badge, type Tone } from '../parts/badge.tsx';
import type { IconName } from '../parts/icon.tsx';
import { link, status } from '../state/live.ts';
import { t, type Key } from '../text/text.ts';

interface Look { tone: Tone; icon: IconName }

const looks: Readonly<Record<string, Look>> = {
  Idle: { tone: 'good', icon: 'good' },
  Busy: { tone: 'busy', icon: 'busy' },
  Loading: { tone: 'busy', icon: 'wait' },
  Starting: { tone: 'busy', icon: 'wait' },
  Stopping: { tone: 'warn', icon: 'wait' },
  Degraded: { tone: 'warn', icon: 'warn' },
  Error: { tone: 'bad', icon: 'bad' },
  Offline: { tone: 'bad', icon: 'offline' },
};

/** The one word for how the home is: the home's own, unless it cannot be heard. */
export function stateWord(): string {
  if (link.value === 'offline') return 'Offline';
  return status.value?.state ?? 'Unknown';
}

export const lookOf = (word: string): Look => looks[word] ?? { tone: 'calm', icon: 'wait' };

/** A word of a newer home that this page has no text for is shown as it came. */
export const wordText = (word: string): string => (word in looks || word === 'Unknown' ? t(`state.${word}` as Key & `state.${string}`) : word);

export function StateBadge() {
  const word = stateWord();
  const { tone, icon } = lookOf(word);
  return <Badge tone={tone} icon={icon}>{wordText(word)}</Badge>;
}
