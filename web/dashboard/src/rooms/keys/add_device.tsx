import { useSignal } from '@preact/signals';
import { createKey } from '../../api/home.ts';
import { asProblem, type Problem } from '../../api/problem.ts';
import type { NewKey } from '../../api/types.ts';
import { t } from '../../text/text.ts';
import { SubmitButton } from '../../parts/button.tsx';
import { Check, Field } from '../../parts/field.tsx';
import { Trouble } from '../../parts/trouble.tsx';

const ratePerMinute = 60;
const atOneTime = 4;

export function AddDevice({ onMade }: { onMade: (made: NewKey) => void }) {
  const name = useSignal('');
  const rate = useSignal(String(ratePerMinute));
  const concurrent = useSignal(String(atOneTime));
  const maySignIn = useSignal(false);
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    problem.value = null;
    try {
      onMade(await createKey({ name: name.value.trim(), requests_per_minute: Number(rate.value), max_concurrent: Number(concurrent.value), may_sign_in: maySignIn.value }));
      name.value = '';
      maySignIn.value = false;
    } catch (thrown) {
      problem.value = asProblem(thrown);
    } finally {
      busy.value = false;
    }
  };
  return (
    <section class="card" aria-labelledby="add-title">
      <h2 id="add-title">{t('keys.add')}</h2>
      <p class="muted">{t('keys.addText')}</p>
      <form class="row form-line" onSubmit={(event) => void submit(event)}>
        <Field label={t('keys.name')} value={name.value} placeholder={t('keys.nameExample')} maxLength={64} onInput={(value) => { name.value = value; }} />
        <Field label={t('keys.rate')} type="number" min={1} max={1_000_000} value={rate.value} onInput={(value) => { rate.value = value; }} />
        <Field label={t('keys.concurrent')} type="number" min={1} max={1_000_000} value={concurrent.value} onInput={(value) => { concurrent.value = value; }} />
        <Check label={t('keys.maySignIn')} hint={t('keys.maySignInText')} checked={maySignIn.value} onChange={(checked) => { maySignIn.value = checked; }} />
        <SubmitButton busy={busy.value} disabled={name.value.trim() === ''}>{t('keys.make')}</SubmitButton>
      </form>
      {problem.value ? <Trouble problem={problem.value} /> : null}
    </section>
  );
}
