import { useSignal } from '@preact/signals';
import { getFit } from '../../api/home.ts';
import { asProblem, type Problem } from '../../api/problem.ts';
import type { Fit } from '../../api/types.ts';
import { announce } from '../../state/notices.ts';
import { startPull } from '../../state/pulls.ts';
import { t } from '../../text/text.ts';
import { Button, SubmitButton } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { FitCard } from './fit_card.tsx';

type Answer = { phase: 'none' } | { phase: 'asking' } | { phase: 'fit'; fit: Fit } | { phase: 'failed'; problem: Problem; name: string };

export function FitCheck() {
  const name = useSignal('');
  const answer = useSignal<Answer>({ phase: 'none' });
  const check = async (event: Event): Promise<void> => {
    event.preventDefault();
    const wanted = name.value.trim();
    if (wanted === '') return;
    answer.value = { phase: 'asking' };
    announce(t('models.checking'));
    try {
      const fit = await getFit(wanted);
      answer.value = { phase: 'fit', fit };
      announce(`${fit.name}: ${t(`models.${fit.verdict}`)}`);
    } catch (thrown) {
      answer.value = { phase: 'failed', problem: asProblem(thrown), name: wanted };
    }
  };
  const now = answer.value;
  return (
    <section class="card" aria-labelledby="get-title">
      <h2 id="get-title">{t('models.get')}</h2>
      <p class="muted">{t('models.getText')}</p>
      <form class="row form-line" onSubmit={(event) => void check(event)}>
        <Field label={t('models.name')} hideLabel value={name.value} placeholder={t('models.nameExample')} onInput={(value) => { name.value = value; }} />
        <SubmitButton busy={now.phase === 'asking'} disabled={name.value.trim() === ''}>{t('models.check')}</SubmitButton>
      </form>
      {now.phase === 'asking' ? <p class="muted waiting">{t('models.checking')}</p> : null}
      {now.phase === 'fit' ? <FitCard fit={now.fit} /> : null}
      {now.phase === 'failed' && now.problem.kind === 'not_yet'
        ? <p>{t('models.noFit')} <Button small onPress={() => void startPull(now.name)}>{t('models.pull')}: {now.name}</Button></p>
        : null}
      {now.phase === 'failed' && now.problem.kind !== 'not_yet' ? <Trouble problem={now.problem} /> : null}
    </section>
  );
}
