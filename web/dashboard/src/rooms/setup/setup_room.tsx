import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { asProblem, type Problem } from '../../api/problem.ts';
import type { SetupStep } from '../../api/types.ts';
import { go } from '../../router.ts';
import { askSetup, change, setup, stepBefore, steps } from '../../state/setup.ts';
import { t } from '../../text/text.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Trouble, Waiting } from '../../parts/trouble.tsx';
import { ChatStep } from './chat_step.tsx';
import { LimitsStep } from './limits_step.tsx';
import { MeasureStep } from './measure_step.tsx';
import { NameStep } from './name_step.tsx';
import type { StepProps } from './step.tsx';

const views: Readonly<Record<SetupStep, (props: StepProps) => preact.JSX.Element>> = { name: NameStep, measure: MeasureStep, limits: LimitsStep, chat: ChatStep };

function Progress({ step }: { step: SetupStep }) {
  const now = steps.indexOf(step);
  return (
    <>
      <p class="visually-hidden" role="status">{t('setup.progress', { step: now + 1, steps: steps.length })}</p>
      <ol class="steps">
        {steps.map((one, i) => (
          <li key={one} class={i < now ? 'done' : i === now ? 'now' : ''} aria-current={i === now ? 'step' : undefined}>
            <span class="dot">{i < now ? <Icon name="good" /> : i + 1}</span>{t(`setup.step.${one}`)}
          </li>
        ))}
      </ol>
    </>
  );
}

export default function SetupRoom() {
  const problem = useSignal<Problem | null>(null);
  useEffect(() => void askSetup(), []);
  const now = setup.value;
  const save: StepProps['save'] = async (wish) => {
    problem.value = null;
    try {
      await change(wish);
      return true;
    } catch (thrown) {
      problem.value = asProblem(thrown);
      return false;
    }
  };
  if (!now) return <main class="alone" id="main"><h1>{t('setup.title')}</h1><Waiting /><Button onPress={() => go('home')}>{t('setup.later')}</Button></main>;
  const View = views[now.step];
  return (
    <main class="alone" id="main">
      <header class="alone-head">
        <h1>{t('setup.title')}</h1>
        {now.step === 'name' ? <p class="muted">{t('setup.intro')}</p> : null}
        <Progress step={now.step} />
      </header>
      <section class="card"><View now={now} save={save} key={now.step} /></section>
      {problem.value ? <Trouble problem={problem.value} /> : null}
      <div class="row spread">
        {now.step === 'name' ? <span /> : <Button kind="quiet" onPress={() => save({ step: stepBefore(now.step) })}>{t('do.back')}</Button>}
        <Button kind="quiet" onPress={() => go('home')}>{t('setup.later')}</Button>
      </div>
    </main>
  );
}
