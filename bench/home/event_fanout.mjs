// The house's share of one core while 200 tabs listen to its events at two updates a second: a state, and half a second later something
// that happened. Counted in the house's own processor time, so other programs on the machine matter little.
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { ask } from '../../tests/support/admin.mjs';
import { sleep, startHome } from '../../tests/support/home.mjs';

const tabs = 200;
const seconds = Number(process.env.LOCALSCALE_BENCH_SECONDS ?? 20);
const ticksPerSecond = 100;  // Linux's USER_HZ

const housePid = (home) => Math.min(...home.processes('localscaled').map(({ pid }) => pid));

function processorSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** A tab: counts the events that it hears. */
function openTab(home, tab) {
  return new Promise((done, fail) => {
    const asked = request(`${home.url}/localscale/v1/events`, { agent: false }, (response) => {
      response.setEncoding('latin1').on('data', (piece) => { tab.events += piece.split('event: ').length - 1; });
      response.on('error', () => {});
      tab.close = () => response.destroy();
      done(tab);
    });
    asked.once('error', fail);
    asked.end();
  });
}

export async function eventFanout() {
  const home = await startHome({ engine: 'stub' });
  try {
    const open = await Promise.all(Array.from({ length: tabs }, () => openTab(home, { events: 0 })));
    await sleep(3000);
    const pid = housePid(home);
    const before = { cpu: processorSeconds(pid), at: performance.now(), events: open.map(({ events }) => events) };
    for (let second = 0; second < seconds; second += 1) {
      await ask(home, 'setup', { method: 'PATCH', body: { home_name: `Home ${second}` } });
      await sleep(before.at + (second + 1) * 1000 - performance.now());
    }
    const wall = (performance.now() - before.at) / 1000;
    const cpu = processorSeconds(pid) - before.cpu;
    const heard = open.map(({ events }, i) => (events - before.events[i]) / wall);
    open.forEach(({ close }) => close());
    return {
      value: cpu / wall, unit: 'cores', bar: 0.1, better: 'lower',
      with: { tabs, seconds: Number(wall.toFixed(1)), events_per_tab_and_second_min: Number(Math.min(...heard).toFixed(2)), events_per_tab_and_second_max: Number(Math.max(...heard).toFixed(2)) },
    };
  } finally {
    await home.stop();
  }
}
