// One sentence per chart, for everyone who does not look at the line.
import type { Sample } from '../../api/types.ts';
import { percent, rate, size } from '../../text/format.ts';
import { t } from '../../text/text.ts';

export const ranges = [10, 60, 1440] as const;
export type Minutes = (typeof ranges)[number];
const spanText = (minutes: Minutes): string => t(`home.span${minutes}`);

export function speedTakeaway(samples: readonly Sample[], minutes: Minutes): string {
  const time = spanText(minutes);
  const busy = samples.filter((sample) => sample.answer_tokens_per_second > 0);
  if (busy.length === 0) return t('home.takeSpeedNone', { time });
  const best = Math.max(...busy.map((sample) => sample.answer_tokens_per_second));
  return t('home.takeSpeed', { share: percent(busy.length / samples.length), time, best: rate(best) });
}

export function memoryTakeaway(samples: readonly Sample[], minutes: Minutes, totalBytes: number): string {
  const used = samples.map((sample) => sample.memory_used_bytes);
  return t('home.takeMemory', { low: size(Math.min(...used)), high: size(Math.max(...used)), total: size(totalBytes), time: spanText(minutes) });
}

/** Null where no watts were measured. */
export function powerTakeaway(samples: readonly Sample[], minutes: Minutes): string | null {
  const watts = samples.flatMap((sample) => (sample.watts === null ? [] : [sample.watts]));
  if (watts.length === 0) return null;
  const mean = watts.reduce((sum, one) => sum + one, 0) / watts.length;
  return t('home.takePower', { mean: rate(mean), high: rate(Math.max(...watts)), time: spanText(minutes) });
}
