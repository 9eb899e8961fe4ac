import type { Status } from '../../api/types.ts';
import { duration, sentence } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Icon } from '../../parts/icon.tsx';
import { lookOf, stateWord, wordText } from '../../shell/state_badge.tsx';

/** The home's reason as a sentence. Its own "ready" would only say the word again. */
export function reasonText(reason: string): string {
  return sentence(reason.replace(/^ready[;,]\s*(but\s+)?/, ''));
}

/** How the home is, in one word, and why. */
export function Hero({ now }: { now: Status }) {
  const word = stateWord();
  const { tone, icon } = lookOf(word);
  const missing = now.walls.filter((wall) => !wall.stands).length;
  const facts = [
    t('home.up', { time: duration(now.uptime_seconds) }),
    t('home.version', { version: now.version }),
    ...(missing > 0 ? [t('home.wallsMissing', { count: missing })] : now.walls.length > 0 ? [t('home.wallsStand', { count: now.walls.length })] : []),
  ];
  return (
    <section class={`hero ${tone}`} aria-labelledby="hero-word">
      <span class="hero-shape"><Icon name={icon} /></span>
      <div>
        <h2 id="hero-word">{wordText(word)}</h2>
        <p class="reason">{word === 'Offline' ? t('problem.offline') : reasonText(now.reason)}</p>
        <p class="muted small">{facts.join(' · ')}</p>
      </div>
    </section>
  );
}
