import { useSignal } from '@preact/signals';
import type { Status } from '../../api/types.ts';
import { samplesOfLast } from '../../state/live.ts';
import { rate, size } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Chart } from '../../parts/chart.tsx';
import { Segments } from '../../parts/field.tsx';
import { memoryTakeaway, powerTakeaway, ranges, speedTakeaway, type Minutes } from './takeaways.ts';

export function OverTime({ now }: { now: Status }) {
  const minutes = useSignal<Minutes>(60);
  const samples = samplesOfLast(minutes.value);
  const power = powerTakeaway(samples, minutes.value);
  return (
    <section class="wide" aria-labelledby="time-title">
      <div class="row spread section-head">
        <h2 id="time-title">{t('home.overTime')}</h2>
        <Segments
          label={t('home.range')} value={String(minutes.value)} onChange={(value) => { minutes.value = Number(value) as Minutes; }}
          choices={ranges.map((range) => ({ value: String(range), text: t(`home.range${range}`) }))}
        />
      </div>
      <div class="charts">
        <Chart name={t('home.chartSpeed')} takeaway={speedTakeaway(samples, minutes.value)} points={samples.map((one) => [one.at_unix, one.answer_tokens_per_second] as const)} format={rate} />
        <Chart
          name={t('home.chartMemory')} takeaway={memoryTakeaway(samples, minutes.value, now.memory_total_bytes)} high={now.memory_total_bytes}
          points={samples.map((one) => [one.at_unix, one.memory_used_bytes] as const)} format={size}
        />
        {power === null ? null : <Chart name={t('home.chartPower')} takeaway={power} points={samples.map((one) => [one.at_unix, one.watts] as const)} format={rate} />}
      </div>
    </section>
  );
}
