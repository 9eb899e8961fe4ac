// The log in the home's memory: lines of all processes, found again and followed, and never a prompt in them.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { ask, listen } from '../support/admin.mjs';
import { sleep, startHome, until } from '../support/home.mjs';

/** What the home answers to these bytes. */
const raw = (port, bytes) => new Promise((done, fail) => {
  let answer = '';
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
  socket.on('data', (data) => { answer += data; });
  socket.once('end', () => { socket.destroy(); done(answer); });
  socket.once('error', (error) => (answer === '' ? fail(error) : done(answer)));
});

describe('the log of a running home', () => {
  let home;
  before(async () => { home = await startHome(); });
  after(async () => { await home?.stop(); });

  test('has the lines of the house, the supervisor and the fetcher', async () => {
    await home.json('/api/pull', { model: 'localhost:1/nobody/nothing:1b', stream: false }); // The fetcher says that it failed.
    const lines = await until('all have spoken', async () => {
      const { body } = await ask(home, 'logs?level=trace&limit=1000');
      return ['house', 'supervisor', 'fetcher'].every((process) => body.lines.some((line) => line.process === process)) && body.lines;
    });
    assert.ok(lines.every((line, i) => i === 0 || line.id > lines[i - 1].id));
    assert.match(lines[0].time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const ready = (await ask(home, 'logs?text=READY%20after&process=house')).body.lines;
    assert.equal(ready.length, 1);
    assert.equal((await ask(home, 'logs?level=loud')).status, 400);
  });

  test('is followed from where a reader was', async () => {
    const last = (await ask(home, 'logs')).body.lines.at(-1).id;
    const events = [];
    const stop = await listen(home, `logs/stream?since=${last}`, (event) => events.push(event));
    await home.json('/nowhere-at-all');
    await until('the line came', () => events.some((event) => event.event === 'log' && event.data.message.includes('/nowhere-at-all')));
    stop();
    assert.ok(events.some((event) => event.event === 'tick'));
    assert.ok(events.filter((event) => event.event === 'log').every((event) => event.data.id > last && event.id === String(event.data.id)));
  });

  test('names what is refused before anything is asked by its id and trace, and never by its query', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const head = `GET /too-much?prompt=ZebraMarmalade HTTP/1.1\r\nHost: localhost\r\ntraceparent: 00-${trace}-00f067aa0ba902b7-01\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`;
    const answer = await raw(Number(new URL(home.url).port), head);
    assert.match(answer, /^HTTP\/1.1 431/);
    const [, id] = answer.match(/x-request-id: (\S+)/i);
    const [line] = await until('the line is there', async () => { const { body } = await ask(home, 'logs?text=/too-much'); return body.lines.length && body.lines; });
    assert.ok(line.message.endsWith(`id=${id} trace=${trace}`), line.message);
    assert.ok(!home.log.includes('ZebraMarmalade'));
  });

  test('is printed by the command line where no file is written', () => {
    assert.match(home.run('logs', '--process', 'house').stdout, /house: ready after/);
    assert.doesNotMatch(home.run('logs', '--process', 'supervisor').stdout, / house: /);
    const [line] = home.run('logs', '-n', '1', '--json').stdout.trim().split('\n').map((text) => JSON.parse(text));
    assert.equal(line.schema, 'localscale.logs/1');
    assert.ok(line.process && line.time && line.message && line.level);
    assert.equal(home.run('logs', '--level', 'loud').code, 2);
  });

  test('many lines at one time: the newest are told, and the home answers', async () => {
    const some = async (name) => { for (let i = 0; i < 30; i += 1) await fetch(`${home.url}/flood/${name}/${i}`); };
    await Promise.all(Array.from({ length: 10 }, (_, name) => some(name)));
    const { body } = await ask(home, 'logs?text=/flood/&limit=100');
    assert.equal(body.lines.length, 100);
    assert.equal((await fetch(`${home.url}/healthz`)).status, 200);
  });
});

test('no prompt of any API is in the log, the metrics or the events', async () => {
  const marker = 'ZebraMarmalade7731';
  const home = await startHome({ config: { log: { level: 'trace' } } });
  try {
    let events = '';
    const stop = await listen(home, 'events', (event) => { events += JSON.stringify(event); });
    const message = [{ role: 'user', content: marker }];
    const model = 'seedling';
    const asked = [
      ['/v1/chat/completions', { model, messages: message, max_tokens: 4 }],
      ['/v1/chat/completions', { model, messages: message, max_tokens: 4, stream: true }],
      ['/v1/completions', { model, prompt: marker, max_tokens: 4 }],
      ['/v1/responses', { model, input: marker, max_output_tokens: 4 }],
      ['/v1/embeddings', { model, input: marker }],
      ['/v1/messages', { model, messages: message, max_tokens: 4 }],
      ['/v1/messages/count_tokens', { model, messages: message }],
      ['/api/chat', { model, messages: message, options: { num_predict: 4 } }],
      ['/api/generate', { model, prompt: marker, system: marker, options: { num_predict: 4 } }],
      ['/api/embed', { model, input: marker }],
      // What goes wrong is logged, too.
      ['/v1/chat/completions', { model, messages: [{ role: marker, content: { [marker]: marker } }] }],
      ['/v1/chat/completions', { model, messages: message, response_format: { type: 'json_schema', json_schema: { schema: { type: marker } } } }],
      ['/api/generate', { model, prompt: marker, options: { num_ctx: marker } }],
    ];
    for (const [path, body] of asked) await (await fetch(home.url + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).text();
    await fetch(`${home.url}/v1/chat/completions`, { method: 'POST', body: `{"model":"seedling","messages":[{"content":"${marker}` });
    await sleep(1500); // What is collected is written.
    stop();
    const metrics = await (await fetch(`${home.url}/metrics`)).text();
    const { body } = await ask(home, 'logs?level=trace&limit=1000');
    assert.ok(body.lines.some((line) => line.message.includes('/v1/messages')), 'the requests are in the log');
    assert.ok(events.length > 0 && metrics.length > 0);
    for (const [where, text] of Object.entries({ log: home.log, 'the log in memory': JSON.stringify(body), metrics, events })) assert.ok(!text.includes(marker), `the prompt is in ${where}`);
  } finally {
    await home.stop();
  }
});
