import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { asProblem, isAbort, type Problem } from '../../api/problem.ts';
import type { MeasureLine } from '../../api/home.ts';
import type { Measurement } from '../../api/types.ts';
import { measureNow } from '../../state/setup.ts';
import { rate, whole } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Button } from '../../parts/button.tsx';
import { ProgressBar } from '../../parts/progress_bar.tsx';
import { Trouble } from '../../parts/trouble.tsx';
import { StepTitle, type StepProps } from './step.tsx';

function Result({ of }: { of: Measurement }) {
  return (
    <div class="result" role="status">
      <p class="value">{t('setup.result', { rate: rate(of.answer_tokens_per_second) })}</p>
      <p class="muted">{t('setup.resultText', { model: of.model, count: of.threads, prompt: whole(of.prompt_tokens_per_second) })}</p>
      {of.watts === null ? null : <p class="muted">{t('setup.resultWatts', { watts: rate(of.watts) })}</p>}
    </div>
  );
}

export function MeasureStep({ now, save }: StepProps) {
  const line = useSignal<MeasureLine | null>(null);
  const problem = useSignal<Problem | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const start = async (): Promise<void> => {
    problem.value = null;
    line.value = { status: '' };
    running.current = new AbortController();
    try {
      await measureNow((next) => { line.value = next; }, running.current.signal);
    } catch (thrown) {
      if (!isAbort(thrown)) problem.value = asProblem(thrown);
    }
    line.value = null;
  };
  const busy = line.value !== null;
  const share = line.value?.total ? (line.value.completed ?? 0) / line.value.total : null;
  return (
    <>
      <StepTitle text={t('setup.measureTitle')} />
      <p class="muted">{t('setup.measureText')}</p>
      {busy ? <><ProgressBar share={share} label={t('setup.measuring')} /><p class="muted small" role="status">{t('setup.measuring')}</p></> : null}
      {!busy && now.measurement ? <Result of={now.measurement} /> : null}
      {problem.value ? <Trouble problem={problem.value} onRetry={start} /> : null}
      <div class="row end">
        {now.measurement
          ? <><Button disabled={busy} onPress={start}>{t('setup.measureAgain')}</Button><Button kind="main" disabled={busy} onPress={() => save({ step: 'limits' })}>{t('do.continue')}</Button></>
          : <><Button kind="quiet" onPress={() => save({ step: 'limits' })}>{t('setup.measureSkip')}</Button><Button kind="main" disabled={busy} onPress={start}>{t('setup.measureStart')}</Button></>}
      </div>
    </>
  );
}
