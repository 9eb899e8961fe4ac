// The figures over time that the Home room draws: what the home remembers, then one sample for each state that it tells.
import type { History, Sample, Status } from '../api/types.ts';

/** Ten minutes of seconds and a day of half minutes are fewer than this: nothing that is drawn is lost. */
export const samplesMax = 4000;
const fineSeconds = 600;
const coarseSeconds = 30;
const oldestSeconds = 24 * 3600;

/** Of what is older than ten minutes one sample in half a minute stays, and nothing older than a day. */
function compacted(samples: readonly Sample[]): Sample[] {
  const newest = samples.at(-1)?.at_unix ?? 0;
  let kept = Number.NEGATIVE_INFINITY;
  return samples.filter(({ at_unix: at }) => {
    if (at < newest - oldestSeconds) return false;
    if (at >= newest - fineSeconds) return true;
    if (at - kept < coarseSeconds) return false;
    kept = at;
    return true;
  });
}

export function sampleOf(status: Status, nowUnix: number): Sample {
  const serving = status.loaded.reduce((sum, model) => sum + model.in_use, 0);
  return {
    at_unix: nowUnix,
    answer_tokens_per_second: status.speed?.answer_tokens_per_second ?? 0,
    memory_used_bytes: status.memory_total_bytes - status.memory_available_bytes,
    models_bytes: status.loaded.reduce((sum, model) => sum + model.memory_bytes, 0),
    watts: status.power?.watts ?? null,
    answers: serving,
  };
}

/** `samples` with `next` at its end: one a second, the older ones sparser. */
export function withSample(samples: readonly Sample[], next: Sample): Sample[] {
  const last = samples.at(-1);
  if (last && next.at_unix < last.at_unix) return [...samples]; // the clock jumped back: wait until it has caught up
  const kept = last && Math.floor(last.at_unix) === Math.floor(next.at_unix) ? samples.slice(0, -1) : samples;
  const all = [...kept, next];
  return all.length > samplesMax ? compacted(all) : all;
}

/** What the home remembers, followed by what this page has seen since. */
export function withHistory(samples: readonly Sample[], history: History): Sample[] {
  const newest = history.samples.at(-1)?.at_unix ?? Number.NEGATIVE_INFINITY;
  const all = [...history.samples, ...samples.filter((sample) => sample.at_unix > newest)];
  return all.length > samplesMax ? compacted(all) : all;
}

export const inLast = (samples: readonly Sample[], minutes: number, nowUnix: number): Sample[] =>
  samples.filter((sample) => sample.at_unix >= nowUnix - minutes * 60);

/** At most `max` points, each the mean of its share: a chart of 600 pixels needs no 4,000. Null stays null where nothing was measured. */
export function thinned(points: readonly (readonly [number, number | null])[], max: number): [number, number | null][] {
  if (points.length <= max) return points.map(([x, y]) => [x, y]);
  const out: [number, number | null][] = [];
  for (let i = 0; i < max; i += 1) {
    const share = points.slice(Math.floor((i * points.length) / max), Math.floor(((i + 1) * points.length) / max));
    const known = share.flatMap(([, y]) => (y === null ? [] : [y]));
    const middle = share[Math.floor(share.length / 2)];
    if (middle) out.push([middle[0], known.length === 0 ? null : known.reduce((sum, y) => sum + y, 0) / known.length]);
  }
  return out;
}
