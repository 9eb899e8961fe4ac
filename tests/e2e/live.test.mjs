// What the dashboard's live rooms stand on: events that can be taken up again, who is served, the set-up and measuring.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ask, listenToEvents } from '../support/admin.mjs';
import { startHome, until } from '../support/home.mjs';

const patch = (home, body) => ask(home, 'setup', { method: 'PATCH', body });
const chat = (content) => ({ model: 'seedling', messages: [{ role: 'user', content }], stream: true });

describe('a live home', { timeout: 120_000 }, () => {
  let home;
  before(async () => { home = await startHome({ engine: 'stub' }); });
  after(async () => { await home?.stop(); });

  test('what happened between two connections is told to the second', async () => {
    const first = await listenToEvents(home);
    const { id } = await first.next('state');
    first.stop();
    assert.equal((await patch(home, { home_name: 'Birch Street 7', step: 'measure' })).status, 200);
    const second = await listenToEvents(home, id);
    assert.equal((await second.next()).kind, 'setup');
    const state = await second.next();
    assert.equal(state.kind, 'state');
    assert.equal(state.data.home_name, 'Birch Street 7');
    assert.equal((await second.next('state')).id, '');  // and from here on one a second
    second.stop();
  });

  test('a house that was started anew says so, and knows its set-up', async () => {
    const before = await listenToEvents(home);
    const { id } = await before.next('state');
    before.stop();
    process.kill(Math.min(...home.processes('localscaled').map(({ pid }) => pid)), 'SIGKILL');
    await until('the house is back', () => fetch(`${home.url}/healthz`).then((answer) => answer.ok, () => false));
    const after = await listenToEvents(home, id);
    assert.equal((await after.next()).kind, 'reset');
    const boot = ({ id: it }) => it.split('-')[0];
    assert.notEqual(boot(await after.next('state')), boot({ id }));
    after.stop();
    assert.equal((await ask(home, 'setup')).body.step, 'measure');
    assert.equal((await patch(home, { step: 'nowhere' })).status, 400);
  });

  test('who is served is told while the answer comes, and measuring waits', async () => {
    const leave = new AbortController();
    const answer = await fetch(`${home.url}/v1/chat/completions`, {
      method: 'POST', signal: leave.signal, headers: { 'Content-Type': 'application/json', 'User-Agent': 'e2e/1 (test)' }, body: JSON.stringify(chat('my secret stub:rate=40 stub:tokens=4000')),
    });
    const reader = answer.body.getReader();
    await reader.read();
    const served = await until('some tokens', async () => {
      const { body } = await home.json('/localscale/v1/status');
      return body.serving[0]?.answer_tokens > 20 && body;
    });
    assert.equal(served.serving.length, 1);
    const [one] = served.serving;
    assert.deepEqual([one.who, one.kind, one.model, one.api], ['e2e/1', 'local', 'seedling:latest', 'openai']);
    assert.ok(one.tokens_per_second > 5 && one.tokens_per_second < 80, `${one.tokens_per_second}`);
    assert.ok(served.speed.answer_tokens_per_second > 1);
    assert.ok(!JSON.stringify(served).includes('secret'));
    assert.equal(typeof served.power.note, 'string');
    const busy = await ask(home, 'measure', { method: 'POST', body: {} });
    assert.equal(busy.status, 409);
    assert.equal(busy.body.error.code, 'busy');
    leave.abort();
    await until('nobody is served', async () => (await home.json('/localscale/v1/status')).body.serving.length === 0);
  });

  test('a measurement is kept and shown by command line and set-up', async () => {
    const measured = home.run('bench', '--json');
    assert.equal(measured.code, 0, measured.stdout + measured.stderr);
    const lines = measured.stdout.trim().split('\n').map((line) => JSON.parse(line));
    assert.ok(lines.every(({ schema }) => schema === 'localscale.bench/1'));
    const { measurement } = lines.at(-1);
    assert.equal(measurement.model, 'seedling:latest');
    assert.ok(measurement.answer_tokens_per_second > 0);
    assert.deepEqual((await ask(home, 'setup')).body.measurement, measurement);
    assert.match(home.run('bench', '--kept').stdout, /seedling:latest/);
    assert.equal(home.run('bench', 'nothing').code, 4);
    await home.json('/localscale/v1/stop', { name: 'seedling' });
  });

  test('the history grows by a sample each ten seconds', async () => {
    const samples = async () => (await ask(home, 'history?minutes=5')).body.samples;
    const [sample] = await until('a sample', async () => { const all = await samples(); return all.length > 0 && all; });
    assert.ok(sample.memory_used_bytes > 0 && sample.at_unix > 1_700_000_000);
    assert.equal((await ask(home, 'history?minutes=0')).status, 400);
  });

  test('only who is signed in may ask for these', async () => {
    for (const path of ['setup', 'measurements', 'history']) assert.equal((await home.json(`/localscale/v1/${path}`)).status, 401, path);
  });
});
