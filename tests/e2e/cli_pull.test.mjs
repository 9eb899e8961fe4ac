// `localscale pull` against a registry of the test's own: progress, the model afterwards, and what goes wrong.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeHome, startHome, until } from '../support/home.mjs';
import { Blob, Registry, ggufLike, mediaTypes } from '../support/registry.mjs';
import { writeTinySplitModel } from '../support/tiny_models.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const seedling = readFileSync(join(root, 'models/seedling/seedling.gguf'));
const lines = (text) => text.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));

/** The files of a repository with a model in three parts. */
function splitModel() {
  const folder = mkdtempSync(join(tmpdir(), 'split-'));
  const names = [1, 2, 3].map((part) => `tiny-Q8_0-0000${part}-of-00003.gguf`);
  writeTinySplitModel(names.map((name) => join(folder, name)), { template: '{{ messages[0].content }}' });
  const files = names.map((path) => ({ path, blob: new Blob(readFileSync(join(folder, path))) }));
  rmSync(folder, { recursive: true });
  return files;
}

/** A folder as Ollama keeps its models, with one model in it. */
function ollamaStore(name, blob) {
  const folder = join(mkdtempSync(join(tmpdir(), 'ollama-')), 'models');  // its own folder only this user may enter
  const manifests = join(folder, 'manifests/registry.ollama.ai/library', name);
  for (const made of [manifests, join(folder, 'blobs')]) mkdirSync(made, { recursive: true });
  writeFileSync(join(folder, 'blobs', `sha256-${blob.hex}`), blob.bytes);
  writeFileSync(join(manifests, 'latest'), JSON.stringify({
    schemaVersion: 2, layers: [{ mediaType: mediaTypes.model, digest: blob.digest, size: blob.bytes.length }] }));
  return folder;
}

describe('localscale pull', () => {
  let registry;
  let home;
  const theirs = new Blob(Buffer.concat([seedling, Buffer.from('their own copy')]));
  const store = ollamaStore('theirs', theirs);

  /** As home.run, while the registry in this process goes on answering. */
  function run(...words) {
    const [path, args] = home.command('localscale', words);
    const child = spawn(path, args, { env: home.environment, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) child[stream].on('data', (data) => { said[stream] += data; });
    return new Promise((done) => { child.on('close', (code) => done({ code, ...said })); });
  }

  before(async () => {
    registry = await Registry.start();
    registry.addOllama('library/helper:small', [{ type: 'model', blob: new Blob(seedling) }]);
    registry.addOllama('library/twin:latest', [{ type: 'model', blob: theirs }]);
    registry.addHuggingFace('org/split', splitModel());
    home = await startHome({
      env: { OLLAMA_MODELS: store },
      config: {
        models: { use_ollama_store: true },
        fetcher: {
          registries: [
            { name: 'registry.ollama.ai', protocol: 'ollama', url: registry.url, address: '127.0.0.1' },
            { name: 'hf.co', protocol: 'huggingface', url: registry.url, address: '127.0.0.1' },
            { name: 'away.invalid', protocol: 'ollama', url: 'https://away.invalid' },
          ],
        },
      },
    });
  });
  after(async () => {
    await home?.stop();
    await registry?.stop();
    rmSync(dirname(store), { recursive: true, force: true });
  });

  test('reports as a stream of JSON, and the model is there and answers', async () => {
    const pulled = await run('pull', 'helper:small', '--json');
    assert.equal(pulled.code, 0, pulled.stdout + pulled.stderr + home.log);
    const events = lines(pulled.stdout);
    assert.ok(events.every((event) => event.schema === 'localscale.pull/1'));
    assert.equal(events.at(-1).status, 'success');
    assert.ok(events.some((event) => event.total === seedling.length));
    assert.match((await run('ls')).stdout, /^helper:small .*own/m);
    const ran = await run('run', 'helper:small', 'hello');
    assert.equal(ran.code, 0, ran.stderr);
    assert.ok(ran.stdout.trim().length > 0);
  });

  test('again is quick and fine; without --json it ends with what to do next', async () => {
    const pulled = await run('pull', 'helper:small');
    assert.equal(pulled.code, 0, pulled.stderr);
    assert.match(pulled.stdout, /localscale run helper:small/);
  });

  test('of a file that Ollama\'s store has already names it there and downloads nothing', async () => {
    const pulled = await run('pull', 'twin');
    assert.equal(pulled.code, 0, pulled.stderr + home.log);
    assert.equal(theirs.answers, 0);
    const ran = await run('run', 'twin', 'hello');
    assert.equal(ran.code, 0, ran.stderr);
    assert.equal((await run('rm', 'twin')).code, 0);
    assert.match((await run('ls')).stdout, /^theirs/m);
  });

  test('of a model in parts gets them all, and it answers', async () => {
    const pulled = await run('pull', 'hf.co/org/split:Q8_0');
    assert.equal(pulled.code, 0, pulled.stderr + home.log);
    const ran = await run('run', 'hf.co/org/split:Q8_0', 'hello', '--max-tokens', '4');
    assert.equal(ran.code, 0, ran.stderr + home.log);
    assert.equal((await run('rm', 'hf.co/org/split:Q8_0')).code, 0);
  });

  test('what the registry does not know is status 4; an unreachable registry says so', async () => {
    const unknown = await run('pull', 'nobody:1b');
    assert.equal(unknown.code, 4, unknown.stderr);
    assert.match(unknown.stderr, /does not have this model/);
    const away = await run('pull', 'away.invalid/a/b:c');
    assert.notEqual(away.code, 0);
    assert.match(away.stderr, /away\.invalid/);
    const [json] = lines((await run('pull', 'nobody:1b', '--json')).stdout).slice(-1);
    assert.equal(json.schema, 'localscale.error/1');
  });

  test('that is stopped keeps what it has; rm drops that too', async () => {
    const slow = new Blob(ggufLike(8 << 20), { bytesPerSecond: 2 << 20 });
    registry.addOllama('library/slow:latest', [{ type: 'model', blob: slow }]);
    const incoming = join(home.stateFolder, 'models/incoming');
    const left = () => readdirSync(incoming).filter((name) => name.includes(slow.hex));
    const [path, args] = home.command('localscale', ['pull', 'slow']);
    const child = spawn(path, args, { env: home.environment, stdio: 'ignore' });
    await until('some bytes are kept', () => left().some((name) => name.endsWith('.journal')) && slow.sentBytes > 1 << 20);
    const refused = await run('rm', 'slow');
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /is being downloaded.*Stop the pull first/s);
    child.kill('SIGINT');
    await until('the pull is cancelled', async () => (await run('rm', 'slow')).code === 0);
    await until('nothing is left', () => left().length === 0);
    assert.equal((await run('rm', 'slow')).code, 4);
  });

  test('that is stopped in its second file keeps the first for the next; rm drops it', async () => {
    const first = new Blob(ggufLike(1 << 20, 1));
    const second = new Blob(ggufLike(8 << 20, 2), { bytesPerSecond: 2 << 20 });
    registry.addOllama('library/two:latest', [{ type: 'model', blob: first }, { type: 'projector', blob: second }]);
    const blobs = join(home.stateFolder, 'models/blobs');
    const has = () => readdirSync(blobs).includes(`sha256-${first.hex}`);
    for (let time = 0; time < 2; time += 1) {
      const sent = second.sentBytes;
      const [path, args] = home.command('localscale', ['pull', 'two']);
      const child = spawn(path, args, { env: home.environment, stdio: 'ignore' });
      await until('the second file comes', () => second.sentBytes > sent + (1 << 19));
      child.kill('SIGINT');
      await new Promise((done) => { child.once('exit', done); });
      assert.ok(has());
    }
    assert.equal(first.answers, 1);
    await until('the pull is cancelled', async () => (await run('rm', 'two')).code === 0);
    await until('nothing is left', () => !has());
  });

  test('whose file is removed with another name says so and is right the next time', async () => {
    const shared = new Blob(ggufLike(1 << 20, 3));
    const slow = new Blob(ggufLike(4 << 20, 4), { bytesPerSecond: 2 << 20 });
    registry.addOllama('library/other:latest', [{ type: 'model', blob: shared }]);
    registry.addOllama('library/late:latest', [{ type: 'model', blob: shared }, { type: 'license', blob: slow }]);
    await run('pull', 'other');
    const pulled = run('pull', 'late');
    await until('the second file comes', () => slow.sentBytes > 1 << 19);
    assert.equal((await run('rm', 'other')).code, 0);
    const refused = await pulled;
    assert.equal(refused.code, 1, refused.stdout);
    assert.match(refused.stderr, /'late:latest' was removed while.*Run the same pull again/s);
    assert.equal((await run('pull', 'late')).code, 0);
    assert.equal((await run('rm', 'late')).code, 0);
  });

  test('rm removes the pulled file from the store', async () => {
    assert.equal((await run('rm', 'helper:small')).code, 0);
    assert.doesNotMatch((await run('ls')).stdout, /helper/);
    assert.equal((await run('rm', 'helper:small')).code, 4);
  });
});

test('down does not wait for a pull, which says that it can be resumed', async () => {
  const registry = await Registry.start();
  const slow = new Blob(ggufLike(8 << 20), { bytesPerSecond: 1 << 20 });
  registry.addOllama('library/slow:latest', [{ type: 'model', blob: slow }]);
  const home = await startHome({ keep: true, config: {
    fetcher: { registries: [{ name: 'registry.ollama.ai', protocol: 'ollama', url: registry.url, address: '127.0.0.1' }] } } });
  const [path, args] = home.command('localscale', ['pull', 'slow']);
  const child = spawn(path, args, { env: home.environment, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => { said += data; });
  const ended = new Promise((done) => { child.on('close', done); });
  try {
    await until('some bytes are kept', () => slow.sentBytes > 1 << 20);
    await home.stop();
    assert.equal(await ended, 1);
    assert.match(said, /being stopped. What was downloaded so far is kept. After its next start, run the same pull again to resume/);
    assert.ok(readdirSync(join(home.stateFolder, 'models/incoming')).some((name) => name.endsWith('.journal')));
  } finally {
    child.kill();
    rmSync(home.folder, { recursive: true, force: true });
    await registry.stop();
  }
});

test('a config and a token that only their owner may read work, and a wrong registry fails its own pulls only', async () => {
  const registry = await Registry.start();
  registry.addOllama('library/helper:small', [{ type: 'model', blob: new Blob(seedling) }]);
  registry.requireBearer('the-secret', { anonymous: false });
  const folder = mkdtempSync(join(tmpdir(), 'token-'));
  writeFileSync(join(folder, 'token'), 'the-secret\n', { mode: 0o600 });
  const home = await makeHome({ config: { fetcher: { registries: [
    { name: 'registry.ollama.ai', protocol: 'ollama', url: registry.url, address: '127.0.0.1', token_file: join(folder, 'token') },
    { name: 'hf.co', protocol: 'huggingface', url: 'https://huggingface.co', token_file: join(folder, 'missing') },
  ] } } });
  chmodSync(home.configFile, 0o600);
  await home.start();
  const pull = (name) => home.json('/api/pull', { model: name, stream: false });
  try {
    const wrong = await pull('hf.co/some/model');
    assert.match(JSON.stringify(wrong.body), /'hf\.co' has a token_file that cannot be read/);
    const pulled = await pull('helper:small');
    assert.equal(pulled.status, 200, JSON.stringify(pulled.body) + home.log);
    assert.match(home.run('ls').stdout, /^helper:small .*own/m);
    assert.doesNotMatch(home.log, /fetcher ended|the-secret/);
  } finally {
    await home.stop();
    await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
