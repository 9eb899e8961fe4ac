// What a home says about models before and while they are downloaded: fit, suggestions, detached pulls, pause.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeHome, startHome, until } from '../support/home.mjs';
import { modelFile } from '../support/model_file.mjs';
import { Blob, Registry, ggufLike } from '../support/registry.mjs';

const MiB = 1 << 20;
const fitKeys = ['name', 'bytes', 'installed', 'verdict', 'reason', 'memory_needed_bytes', 'memory_budget_bytes', 'disk_free_bytes',
  'context_tokens', 'answer_tokens_per_second', 'prompt_tokens_per_second', 'basis', 'capabilities'];

/** As the command line asks: over the admin socket. */
function ask(home, method, path, body) {
  return new Promise((done, fail) => {
    const request = http.request({ socketPath: join(home.stateFolder, 'run/localscale.sock'), method, path: `/localscale/v1/${path}`,
      headers: { host: 'localhost', 'content-type': 'application/json' } }, (response) => {
      let text = '';
      response.on('data', (data) => { text += data; });
      response.on('end', () => done({ status: response.statusCode, body: JSON.parse(text) }));
    });
    request.on('error', fail);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Runs the command line while the registry in this process goes on answering. */
function run(home, ...words) {
  const [path, args] = home.command('localscale', words);
  const child = spawn(path, args, { env: home.environment, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) child[stream].on('data', (data) => { said[stream] += data; });
  return new Promise((done) => { child.on('close', (code) => done({ code, ...said })); });
}

const registriesOf = (registry) => [
  { name: 'registry.ollama.ai', protocol: 'ollama', url: registry.url, address: '127.0.0.1' },
  { name: 'away.invalid', protocol: 'ollama', url: 'https://away.invalid' },
];

describe('before a download', () => {
  let registry;
  let home;
  before(async () => {
    registry = await Registry.start();
    home = await startHome({ engine: 'stub', config: { fetcher: { registries: registriesOf(registry) } } });
    await until('the machine was looked at', async () => (await ask(home, 'GET', 'suggestions')).body.suggestions[0].memory_budget_bytes > 0);
  });
  after(async () => {
    await home?.stop();
    await registry?.stop();
  });

  test('a model is judged by its manifest and header alone', async () => {
    const blob = new Blob(modelFile(40 * MiB));
    registry.addOllama('library/there:1b', [{ type: 'model', blob }]);
    const { status, body } = await ask(home, 'GET', 'fit?name=there%3A1b');
    assert.equal(status, 200, JSON.stringify(body) + home.log);
    assert.equal(body.schema, 1);
    assert.deepEqual(Object.keys(body.fit), fitKeys);
    const { fit } = body;
    assert.deepEqual([fit.name, fit.bytes, fit.installed, fit.verdict], ['there:1b', 40 * MiB, false, 'fits']);
    assert.ok(fit.memory_needed_bytes > 0 && fit.memory_needed_bytes < fit.memory_budget_bytes && fit.disk_free_bytes > 0);
    assert.ok(fit.capabilities.includes('completion'));
    assert.ok(blob.sentBytes < 16 * MiB, String(blob.sentBytes));
    const kept = ['blobs', 'incoming'].flatMap((folder) => readdirSync(join(home.stateFolder, 'models', folder)));
    assert.deepEqual(kept, []);
    const asked = registry.requests.length;
    assert.equal((await ask(home, 'GET', 'fit?name=there:1b')).status, 200);
    assert.equal(registry.requests.length, asked, 'it is asked once');
  });

  test('a model that no home can hold is too big; one whose header is noise is unknown', async () => {
    const bytes = 1e13;
    const vast = new Blob(modelFile(MiB, 2), { contentLength: bytes });
    const manifest = JSON.stringify({ layers: [{ mediaType: 'application/vnd.ollama.image.model', digest: vast.digest, size: bytes }] });
    registry.addOllama('library/vast:latest', [{ type: 'model', blob: vast }], { manifest });
    const big = (await ask(home, 'GET', 'fit?name=vast')).body;
    assert.equal(big.fit?.verdict, 'too_big', JSON.stringify(big));
    registry.addOllama('library/noise:latest', [{ type: 'model', blob: new Blob(ggufLike(2 * MiB, 3)) }]);
    const noise = (await ask(home, 'GET', 'fit?name=noise')).body.fit;
    assert.deepEqual([noise.verdict, noise.bytes, noise.basis], ['unknown', 2 * MiB, 'none']);
    assert.match(noise.reason, /noise/);
  });

  test('what is not there, not reachable or no name is refused in words', async () => {
    const code = async (name) => {
      const { status, body } = await ask(home, 'GET', `fit?name=${name}`);
      return [status, body.error?.code];
    };
    assert.deepEqual(await code('nobody'), [404, 'model_not_found']);
    assert.deepEqual(await code('away.invalid/a/b'), [503, 'unavailable']);
    assert.deepEqual(await code('a%20b'), [400, 'invalid_argument']);
    assert.deepEqual(await code(''), [400, 'invalid_argument']);
    assert.equal((await home.json('/localscale/v1/fit?name=there')).status >= 401, true, 'who is not signed in is told nothing');
  });

  test('an installed model and the suggestions ask nobody', async () => {
    const asked = registry.requests.length;
    const own = (await ask(home, 'GET', 'fit?name=seedling')).body.fit;
    assert.deepEqual([own.installed, own.verdict], [true, 'fits'], JSON.stringify(own));
    const { suggestions } = (await ask(home, 'GET', 'suggestions')).body;
    assert.ok(suggestions.length >= 12 && suggestions.length <= 24);
    for (const fit of suggestions) assert.deepEqual(Object.keys(fit).filter((key) => key !== 'about'), fitKeys);
    assert.equal(registry.requests.length, asked);
  });

  test('the command line shows a table, one model, and JSON', async () => {
    const table = await run(home, 'models', 'fit');
    assert.equal(table.code, 0, table.stderr);
    assert.match(table.stdout, /^llama3\.2:1b +\w/m);
    assert.match(table.stderr, /localscale pull NAME/);
    const one = await run(home, 'models', 'fit', 'seedling');
    assert.match(one.stdout, /^seedling:latest: Fits/);
    const { schema, fits } = JSON.parse((await run(home, 'models', 'fit', 'seedling', '--json')).stdout);
    assert.deepEqual([schema, fits[0].name], ['localscale.models.fit/1', 'seedling:latest']);
    assert.equal((await run(home, 'models', 'fit', 'nobody')).code, 4);
  });
});

test('a pull that nobody waits for is paused, outlives a restart, goes on, and is dropped', async () => {
  const registry = await Registry.start();
  const blob = new Blob(modelFile(6 * MiB, 5), { bytesPerSecond: 2 * MiB });
  registry.addOllama('library/slow:latest', [{ type: 'model', blob }]);
  const home = await makeHome({ engine: 'stub', keep: true, config: { fetcher: { registries: registriesOf(registry) } } });
  const pulls = async () => (await ask(home, 'GET', 'pulls')).body.pulls;
  try {
    await home.start();
    const started = await ask(home, 'POST', 'pull', { name: 'slow', detach: true });
    assert.deepEqual([started.status, started.body], [202, { schema: 1, started: true, name: 'slow:latest' }]);
    await until('bytes come', async () => (await pulls())[0]?.completed > MiB);
    const [running] = await pulls();
    assert.deepEqual([running.name, running.state, running.total], ['slow:latest', 'running', 6 * MiB]);
    assert.equal((await ask(home, 'POST', 'pulls/pause', { name: 'slow' })).status, 200);
    assert.equal((await ask(home, 'POST', 'pulls/pause', { name: 'slow' })).body.error.code, 'pull_not_found');
    assert.equal((await pulls())[0].state, 'paused');
    await home.stop();
    await home.start();
    const paused = await until('it is told again', async () => (await pulls())[0]);
    assert.equal(paused.state, 'paused');
    assert.ok(paused.completed > MiB / 2 && paused.total === 6 * MiB, JSON.stringify(paused));
    const before = blob.sentBytes;
    await ask(home, 'POST', 'pull', { name: 'slow', detach: true });
    await until('it is here', async () => (await ask(home, 'GET', 'fit?name=slow')).body.fit.installed);
    assert.ok(blob.sentBytes - before < 6 * MiB, 'it went on');
    assert.deepEqual(await pulls(), []);

    const other = new Blob(ggufLike(6 * MiB, 6), { bytesPerSecond: 2 * MiB });
    registry.addOllama('library/other:latest', [{ type: 'model', blob: other }]);
    await ask(home, 'POST', 'pull', { name: 'other', detach: true });
    await until('bytes are kept', async () => (await pulls())[0]?.completed > MiB);
    assert.equal((await ask(home, 'DELETE', 'models/other:latest')).status, 409);
    await ask(home, 'POST', 'pulls/pause', { name: 'other' });
    assert.equal((await ask(home, 'DELETE', 'models/other:latest')).status, 200);
    await until('it is listed no more', async () => (await pulls()).length === 0);
    await until('nothing is left', () => readdirSync(join(home.stateFolder, 'models/incoming')).length === 0);

    await ask(home, 'POST', 'pull', { name: 'nobody', detach: true });
    const failed = await until('it failed', async () => (await pulls()).find(({ state }) => state === 'failed'));
    assert.match(failed.message, /does not have this model/);
  } finally {
    await home.stop();
    await registry.stop();
    rmSync(home.folder, { recursive: true, force: true });
  }
});

test('localscale pull warns of a model that will not run here, and goes on', async () => {
  const registry = await Registry.start();
  registry.addOllama('library/large:latest', [{ type: 'model', blob: new Blob(modelFile(60 * MiB, 7), { bytesPerSecond: 30 * MiB }) }]);
  const home = await startHome({ engine: 'stub', config: {
    engine: { memory_reserve_bytes: 1e15 }, fetcher: { registries: registriesOf(registry) } } });
  try {
    const pulled = await run(home, 'pull', 'large');
    assert.equal(pulled.code, 0, pulled.stderr);
    assert.match(pulled.stderr, /Warning: large will not run here/);
    assert.match(pulled.stdout, /large is here/);
  } finally {
    await home.stop();
    await registry.stop();
  }
});
