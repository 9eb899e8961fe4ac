// The engine under bad luck, through a whole home: killed, frozen, malformed models, too large ones, the walls.
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sleep, startHome, until } from '../support/home.mjs';
import { writeTinyModel } from '../support/tiny_models.mjs';

const chat = (model, content, more = {}) => ({ model, messages: [{ role: 'user', content }], ...more });

/** Reads a streamed answer to its end: {text, error}. */
async function streamed(home, path, body, onFirst = () => {}) {
  const response = await fetch(home.url + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    if (text === '') await onFirst();
    text += value;
  }
  return { status: response.status, text };
}

/** Stops the engine itself: its shim goes on and makes connections to it. */
function freezeEngine(home) {
  const [engine] = home.processes('llama-server').filter(({ args }) => args.startsWith('/engine/llama-server'));
  process.kill(engine.pid, 'SIGSTOP');
}

describe('a home with the stub engine', () => {
  let home;
  before(async () => {
    home = await startHome({ engine: 'stub', config: { engine: { hang_timeout_seconds: 3 } } });
    writeTinyModel(join(home.modelFolder, 'stub.gguf'));
  });
  after(async () => { await home?.stop(); });

  const slow = 'stub:tokens=100000 stub:rate=50';

  test('an engine killed in the middle of an OpenAI answer gives a typed error event, and the next request works', async () => {
    const { text } = await streamed(home, '/v1/chat/completions', chat('stub', slow, { stream: true }), async () => {
      process.kill((await until('the engine runs', () => home.processes('llama-server')))[0].pid, 'SIGKILL');
    });
    const errors = text.split('\n').filter((line) => line.startsWith('data: {"error"')).map((line) => JSON.parse(line.slice(6)));
    assert.equal(errors.length, 1, text.slice(-400));
    assert.match(errors[0].error.message, /next request/i);
    assert.equal((await home.json('/v1/chat/completions', chat('stub', 'hello'))).status, 200);
  });

  test('an engine killed in the middle of an Ollama answer ends it with one error line', async () => {
    const { text } = await streamed(home, '/api/chat', chat('stub', slow), () => {
      process.kill(home.processes('llama-server')[0].pid, 'SIGKILL');
    });
    const last = JSON.parse(text.trim().split('\n').pop());
    assert.equal(typeof last.error, 'string');
    assert.equal((await home.json('/api/chat', { ...chat('stub', 'hello'), stream: false })).status, 200);
  });

  test('an engine killed in the middle of an Anthropic answer gives an error event', async () => {
    const body = { ...chat('stub', slow, { stream: true }), max_tokens: 100000 };
    const { text } = await streamed(home, '/v1/messages', body, () => {
      process.kill(home.processes('llama-server')[0].pid, 'SIGKILL');
    });
    assert.match(text, /event: error\ndata: \{"type":"error"/);
  });

  test('an engine frozen in the middle of an answer is ended with a typed error, and the next request works', async () => {
    const { text } = await streamed(home, '/v1/chat/completions', chat('stub', slow, { stream: true }), () => freezeEngine(home));
    const errors = text.split('\n').filter((line) => line.startsWith('data: {"error"')).map((line) => JSON.parse(line.slice(6)));
    assert.equal(errors.length, 1, text.slice(-400));
    assert.match(errors[0].error.message, /no sign of life/);
    assert.equal((await home.json('/v1/chat/completions', chat('stub', 'hello'))).status, 200);
  });

  test('a killed house is started again and its port keeps answering', async () => {
    const [house] = home.processes('localscaled');
    process.kill(house.pid, 'SIGKILL');
    await until('the home answers again', async () => {
      try { return (await home.json('/v1/chat/completions', chat('stub', 'hello'))).status === 200; } catch { return false; }
    });
    assert.notEqual(home.processes('localscaled')[0].pid, house.pid);
  });

  test('every wall stands, as the status says', async () => {
    const walls = await until('the probes are done', async () => {
      const { walls: found } = (await home.json('/localscale/v1/status')).body;
      return found?.length === 3 && found.every((wall) => wall.stands !== null) ? found : null;
    });
    for (const wall of walls) assert.equal(wall.stands, true, `${wall.name}: ${wall.detail}`);
  });
});

describe('a home with llama-server', () => {
  let home;
  before(async () => { home = await startHome({ config: { engine: { hang_timeout_seconds: 6 } } }); });
  after(async () => { await home?.stop(); });

  test('a frozen llama-server is ended, every API says so in its own words, and the next request works', async () => {
    const ask = chat('seedling', 'hello', { max_tokens: 16 });
    assert.equal((await home.json('/v1/chat/completions', ask)).status, 200);
    freezeEngine(home);
    const [openai, ollama, anthropic] = await Promise.all([
      home.json('/v1/chat/completions', ask), home.json('/api/chat', { ...ask, stream: false }), home.json('/v1/messages', ask),
    ]);
    assert.equal(openai.status, 503);
    assert.equal(openai.body.error.code, 'engine_lost');
    assert.match(openai.body.error.message, /no sign of life.*next request/);
    assert.equal(ollama.status, 503);
    assert.match(ollama.body.error, /no sign of life/);
    assert.equal(anthropic.status, 529);
    assert.equal(anthropic.body.error.type, 'overloaded_error');
    assert.equal((await home.json('/v1/chat/completions', ask)).status, 200);
  });

  test('a malformed model is refused with its reason and the house lives on', async () => {
    writeFileSync(join(home.modelFolder, 'broken.gguf'), Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(2000, 0xff)]));
    writeFileSync(join(home.modelFolder, 'empty.gguf'), '');
    await sleep(50);
    for (const name of ['broken', 'empty']) {
      const answer = await home.json('/v1/chat/completions', chat(name, 'hello'));
      assert.ok(answer.status >= 400 && answer.status < 600, `${answer.status}`);
      assert.ok(answer.body.error.message.length > 10);
    }
    assert.equal((await home.json('/v1/chat/completions', chat('seedling', 'hello'))).status, 200);
  });

  test('a model whose weights are cut off is refused, and the next request to another works', async () => {
    writeTinyModel(join(home.modelFolder, 'whole.gguf'));
    copyFileSync(join(home.modelFolder, 'whole.gguf'), join(home.modelFolder, 'cut.gguf'));
    const { truncateSync, statSync } = await import('node:fs');
    truncateSync(join(home.modelFolder, 'cut.gguf'), statSync(join(home.modelFolder, 'whole.gguf')).size - 5000);
    const answer = await home.json('/api/generate', { model: 'cut', prompt: 'hello', stream: false });
    assert.ok(answer.status >= 400, JSON.stringify(answer.body));
    assert.equal(typeof answer.body.error, 'string');
    assert.equal((await home.json('/api/generate', { model: 'whole', prompt: 'hello', stream: false, options: { num_predict: 2 } })).status, 200);
  });

  test('Seedling answers a household sentence with an intent', async () => {
    const { body } = await home.json('/v1/chat/completions', chat('seedling', 'switch the kitchen lights off', { temperature: 0 }));
    const { intents } = JSON.parse(body.choices[0].message.content);
    assert.equal(intents[0].do, 'switch');
    assert.equal(intents[0].room, 'kitchen');
    assert.equal(intents[0].state, 'off');
  });

  test('Seedling says honestly that it is small, and how to get more', async () => {
    const { body } = await home.json('/v1/chat/completions', chat('seedling', 'Write a poem about the French revolution.', { temperature: 0 }));
    assert.match(body.choices[0].message.content, /small/);
    assert.match(body.choices[0].message.content, /localscale pull/);
  });
});

test('answers that outlast the stop of the home say so in every API', async () => {
  const home = await startHome({ engine: 'stub', config: { api: { drain_timeout_ms: 300 } } });
  writeTinyModel(join(home.modelFolder, 'stub.gguf'));
  const slow = chat('stub', 'stub:tokens=100000 stub:rate=50', { stream: true, max_tokens: 100000 });
  const begun = [];
  const texts = ['/v1/chat/completions', '/api/chat', '/v1/messages'].map((path) => new Promise((done, fail) => {
    begun.push(new Promise((first) => { streamed(home, path, slow, first).then(({ text }) => done(text.trim().split('\n').pop()), fail); }));
  }));
  await Promise.all(begun);
  const stopped = home.stop();
  const [openai, ollama, anthropic] = await Promise.all(texts);
  assert.match(JSON.parse(openai.slice('data: '.length)).error.message, /home stops/);
  assert.match(JSON.parse(ollama).error, /home stops/);
  assert.match(JSON.parse(anthropic.slice('data: '.length)).error.message, /home stops/);
  assert.equal((await stopped).code, 0);
});

test('a home that stops refuses new connections at once while its last answers run', async () => {
  const home = await startHome({ engine: 'stub', config: { api: { drain_timeout_ms: 10_000 } } });
  writeTinyModel(join(home.modelFolder, 'stub.gguf'));
  const slow = chat('stub', 'stub:tokens=100000 stub:rate=50', { stream: true, max_tokens: 100000 });
  let ended = false;
  let answer;
  await new Promise((first) => { answer = streamed(home, '/v1/chat/completions', slow, first).finally(() => { ended = true; }); });
  const stopped = home.stop();
  const knock = () => new Promise((done) => {
    const socket = connect(home.config.api.port, '127.0.0.1', () => { socket.destroy(); done('open'); });
    socket.once('error', ({ code }) => done(code));
  });
  await until('the door is shut', async () => await knock() === 'ECONNREFUSED', 5_000);
  assert.equal(ended, false, 'the answer runs on');
  home.supervisor.kill('SIGTERM');  // Asked twice, it waits no longer.
  await answer.catch(() => {});
  await stopped;
});

test('folders that cannot be used are told, and the home starts without them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'localscale-folders-'));
  const [good, file, missing, shut, loop] = ['good', 'file', 'missing', 'shut', 'loop'].map((name) => join(folder, name));
  mkdirSync(good);
  writeTinyModel(join(good, 'stub.gguf'));
  writeFileSync(file, 'no folder');
  mkdirSync(shut);
  chmodSync(shut, 0);
  symlinkSync(loop, loop);
  chmodSync(folder, 0o755);
  const home = await startHome({ engine: 'stub', config: { models: { folders: [file, missing, shut, loop, good] } } });
  try {
    const { models, problems } = JSON.parse(home.run('ls', '--json').stdout);
    assert.ok(models.some(({ name }) => name === 'stub:latest'));
    for (const path of [file, missing, shut, loop]) {
      assert.equal(problems.filter(({ message }) => message.startsWith(`The models folder ${path} `)).length, 1, JSON.stringify(problems));
      await until(`the log to name ${path}`, () => home.log.includes(`not offered: The models folder ${path} `));
    }
    assert.equal(problems.length, 4);
  } finally {
    await home.stop();
    chmodSync(shut, 0o755);
    rmSync(folder, { recursive: true });
  }
});

test('a home of an ordinary user works and its walls stand', { skip: process.getuid() !== 0 && 'this run is an ordinary user already' }, async () => {
  const home = await startHome({ user: 'games', under: '/home' });  // where the folders of ordinary users lie
  try {
    assert.equal((await home.json('/v1/chat/completions', chat('seedling', 'hello'))).status, 200);
    const { walls } = await until('the probes are done', async () => {
      const { body } = await home.json('/localscale/v1/status');
      return body.walls?.length === 3 ? body : null;
    });
    for (const wall of walls) assert.equal(wall.stands, true, `${wall.name}: ${wall.detail}`);
  } finally {
    await home.stop();
  }
});
