// Measures the claims of `./dev bench home`: prints a line for people and one line of JSON for each. A claim is a file of its own beside this
// one with a function that gives {claim, value, unit, bar, better, with}. LOCALSCALE_BENCH_ONLY=a,b takes only these claims.
import { eventFanout } from './event_fanout.mjs';
import { firstPaintVsStatic } from './first_paint.mjs';

const claims = { event_fanout_200_tabs_cpu: eventFanout, first_paint_ms_vs_static: firstPaintVsStatic };
const only = process.env.LOCALSCALE_BENCH_ONLY?.split(',');
const rows = [];
for (const [name, measure] of Object.entries(claims)) {
  if (only && !only.includes(name)) continue;
  const { value, unit, bar, better, with: details } = await measure();
  const ok = better === 'lower' ? value <= bar : value >= bar;
  rows.push({ bench: 'home', claim: name, value: Number(value.toFixed(4)), unit, bar, better, ok, with: details });
  process.stderr.write(`  ${name} ${value.toFixed(4)} ${unit} (${better === 'lower' ? '≤' : '≥'} ${bar}) ${ok ? 'ok' : 'MISSED'}\n`);
}
for (const row of rows) console.log(JSON.stringify(row));
process.exit(rows.every(({ ok }) => ok) ? 0 : 1);
