import { suggestions } from '../../state/models.ts';
import { t } from '../../text/text.ts';
import { Loaded } from '../../parts/trouble.tsx';
import { FitCard } from './fit_card.tsx';

export function Suggestions() {
  const { phase } = suggestions.state.value;
  const state = suggestions.state.value;
  // A home without suggestions has nothing to say here.
  if (state.phase === 'failed' && state.problem.kind === 'not_yet') return null;
  return (
    <section aria-labelledby="suggested-title" aria-busy={phase === 'waiting' || undefined}>
      <h2 id="suggested-title" class="section-head">{t('models.suggested')}</h2>
      <Loaded from={suggestions}>{(all) => <div class="fits">{all.map((fit) => <FitCard key={fit.name} fit={fit} />)}</div>}</Loaded>
    </section>
  );
}
