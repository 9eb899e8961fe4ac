// One sentence per chart, for everyone who does not look at the line.
import type { Sample } from '../../api/types.ts';
import { duration, percent, rate, size } from '../../text/format.ts';
import { t } from '../../text/text.ts';

export const ranges = [10, 60, 1440] as const;
export type Minutes = (typeof ranges)[number];

/** Samples are closer than this where the home was there to take them. */
const longestStepSeconds = 30;

/** What was really seen of the span: a home that has been up for a minute says nothing about the last hour. */
function spanText(samples: readonly Sample[], minutes: Minutes): string {
  const seen = (samples.at(-1)?.at_unix ?? 0) - (samples[0]?.at_unix ?? 0);
  return seen > 0 && seen < minutes * 60 * 0.95 ? t('home.spanSeen', { time: duration(seen) }) : t(`home.span${minutes}`);
}

/** The share of the time in which answers were given. Samples are not equally far apart: the newest are a second, older ones up to half a minute. */
function busyShare(samples: readonly Sample[]): number {
  let busy = 0;
  let all = 0;
  samples.forEach((sample, i) => {
    const before = samples[i - 1];
    if (!before) return;
    const seconds = Math.min(longestStepSeconds, sample.at_unix - before.at_unix);
    all += seconds;
    if (sample.answer_tokens_per_second > 0) busy += seconds;
  });
  return all > 0 ? busy / all : 0;
}

export function speedTakeaway(samples: readonly Sample[], minutes: Minutes): string {
  const time = spanText(samples, minutes);
  const best = Math.max(0, ...samples.map((sample) => sample.answer_tokens_per_second));
  if (best === 0) return t('home.takeSpeedNone', { time });
  const share = busyShare(samples);
  return t('home.takeSpeed', { share: share < 0.01 ? t('home.takeLittle') : percent(share), time, best: rate(best) });
}

export function memoryTakeaway(samples: readonly Sample[], minutes: Minutes, totalBytes: number): string {
  const used = samples.map((sample) => sample.memory_used_bytes);
  return t('home.takeMemory', { low: size(Math.min(...used)), high: size(Math.max(...used)), total: size(totalBytes), time: spanText(samples, minutes) });
}

/** Null where no watts were measured. */
export function powerTakeaway(samples: readonly Sample[], minutes: Minutes): string | null {
  const watts = samples.flatMap((sample) => (sample.watts === null ? [] : [sample.watts]));
  if (watts.length === 0) return null;
  const mean = watts.reduce((sum, one) => sum + one, 0) / watts.length;
  return t('home.takePower', { mean: rate(mean), high: rate(Math.max(...watts)), time: spanText(samples, minutes) });
}
