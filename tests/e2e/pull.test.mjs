// Pulls through the real fetcher from a registry that speaks both protocols: what works.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Blob, Registry, ggufLike, sha256 } from '../support/registry.mjs';
import { Fetcher, listed } from '../support/fetcher.mjs';

const MiB = 1 << 20;

describe('a pull', () => {
  let registry;
  let fetcher;
  before(async () => {
    registry = await Registry.start();
    fetcher = Fetcher.create({ registries: [listed(registry), listed(registry, 'hf.co', 'huggingface')] });
  });
  after(async () => {
    await fetcher.remove();
    await registry.stop();
  });

  test('from an Ollama registry gets every layer with its role and reports like Ollama', async () => {
    const model = new Blob(ggufLike(3 * MiB + 17, 1));
    const template = new Blob(Buffer.from('{{ .Prompt }}'));
    const license = new Blob(Buffer.from('MIT'));
    const params = new Blob(Buffer.from('{"stop":["</s>"]}'));
    registry.addOllama('library/m:1b', [
      { type: 'model', blob: model }, { type: 'license', blob: license }, { type: 'template', blob: template }, { type: 'params', blob: params }]);
    const pull = fetcher.pull('m:1b');
    const done = await pull.ended;
    assert.equal(done.event, 'done', JSON.stringify(done));
    assert.equal(done.name, 'm:1b');
    assert.deepEqual(done.files.map((file) => file.role), ['MODEL', 'LICENSE', 'TEMPLATE', 'PARAMETERS']);
    assert.equal(sha256(fetcher.blob(model.digest)), model.hex);
    assert.equal(fetcher.blob(template.digest).toString(), '{{ .Prompt }}');
    assert.deepEqual(fetcher.leftovers(), []);
    const texts = [...new Set(fetcher.progress(pull.id).map((event) => event.status))];
    assert.deepEqual(texts, ['pulling manifest', `pulling ${model.hex.slice(0, 12)}`, `pulling ${license.hex.slice(0, 12)}`,
      `pulling ${template.hex.slice(0, 12)}`, `pulling ${params.hex.slice(0, 12)}`, 'verifying sha256 digest', 'writing manifest', 'success']);
  });

  test('of what is there already asks only for the manifest', async () => {
    const blob = new Blob(ggufLike(MiB, 2));
    registry.addOllama('library/again:latest', [{ type: 'model', blob }]);
    assert.equal((await fetcher.pull('again').ended).event, 'done');
    const before2 = registry.requests.length;
    assert.equal((await fetcher.pull('again').ended).event, 'done');
    assert.deepEqual(registry.requests.slice(before2).map((request) => request.url), ['/v2/library/again/manifests/latest']);
  });

  test('leaves out the digests that the house has elsewhere', async () => {
    const blob = new Blob(ggufLike(MiB, 3));
    registry.addOllama('library/elsewhere:latest', [{ type: 'model', blob }]);
    const done = await fetcher.pull('elsewhere', [blob.digest]).ended;
    assert.equal(done.event, 'done');
    assert.equal(blob.answers, 0);
    assert.equal(fetcher.has(blob.digest), false);
  });

  test('of an empty file works', async () => {
    const model = new Blob(ggufLike(1000, 4));
    const empty = new Blob(Buffer.alloc(0));
    registry.addOllama('library/empty:latest', [{ type: 'model', blob: model }, { type: 'system', blob: empty }]);
    assert.equal((await fetcher.pull('empty').ended).event, 'done');
    assert.equal(fetcher.blob(empty.digest).length, 0);
  });

  test('of a large file over a slow line uses parallel ranges', async () => {
    const blob = new Blob(ggufLike(40 * MiB, 5), { bytesPerSecond: 12 * MiB });
    registry.addOllama('library/large:latest', [{ type: 'model', blob }]);
    const from = registry.requests.length;
    const done = await fetcher.pull('large').ended;
    assert.equal(done.event, 'done', JSON.stringify(done));
    assert.equal(sha256(fetcher.blob(blob.digest)), blob.hex);
    const ranges = registry.requests.slice(from).filter((request) => request.headers.range).map((request) => request.headers.range);
    assert.ok(ranges.length >= 4, `ranges: ${ranges}`);
    assert.ok(blob.sentBytes < 44 * MiB, `${blob.sentBytes} bytes were sent for ${blob.bytes.length}`);
  });

  test('from Hugging Face picks the quantization, its parts in order, and the projector', async () => {
    const files = ['model-Q8_0.gguf', 'Q4_K_M/model-Q4_K_M-00001-of-00002.gguf', 'Q4_K_M/model-Q4_K_M-00002-of-00002.gguf',
      'mmproj-model-f16.gguf', 'model-IQ4_XS.gguf'].map((path, index) => ({ path, blob: new Blob(ggufLike(10_000 + index, 10 + index)) }));
    registry.addHuggingFace('org/repo-GGUF', files, { pageSize: 3 });
    const digests = (done) => done.files.map((file) => [file.role, file.digest]);
    const latest = await fetcher.pull('hf.co/org/repo-GGUF').ended;
    assert.equal(latest.event, 'done', JSON.stringify(latest));
    assert.deepEqual(digests(latest), [['MODEL', files[1].blob.digest], ['MODEL', files[2].blob.digest], ['PROJECTOR', files[3].blob.digest]]);
    const lower = await fetcher.pull('huggingface.co/org/repo-GGUF:q8_0').ended;
    assert.equal(lower.name, 'hf.co/org/repo-GGUF:q8_0');
    assert.deepEqual(digests(lower)[0], ['MODEL', files[0].blob.digest]);
    const exact = await fetcher.pull('hf.co/org/repo-GGUF:model-IQ4_XS.gguf').ended;
    assert.deepEqual(digests(exact)[0], ['MODEL', files[4].blob.digest]);
    const missing = await fetcher.pull('hf.co/org/repo-GGUF:Q5_K_M').ended;
    assert.equal(missing.code, 'not_found');
    assert.match(missing.next, /model-IQ4_XS/);
  });

  test('of two names that share a file downloads it once', async () => {
    const shared = new Blob(ggufLike(8 * MiB, 20), { bytesPerSecond: 8 * MiB });
    registry.addOllama('library/one:latest', [{ type: 'model', blob: shared }]);
    registry.addOllama('library/two:latest', [{ type: 'model', blob: shared }]);
    const pulls = [fetcher.pull('one'), fetcher.pull('two')];
    for (const pull of pulls) assert.equal((await pull.ended).event, 'done');
    assert.ok(shared.sentBytes < 8.5 * MiB, `${shared.sentBytes} bytes were sent`);
    assert.ok(fetcher.progress(pulls[1].id).some((event) => event.total === 8 * MiB));
  });

  test('beyond the fourth waits its turn', async () => {
    const blobs = Array.from({ length: 6 }, (_, index) => new Blob(ggufLike(MiB, 30 + index), { bytesPerSecond: 4 * MiB }));
    blobs.forEach((blob, index) => registry.addOllama(`library/many${index}:latest`, [{ type: 'model', blob }]));
    const pulls = blobs.map((_, index) => fetcher.pull(`many${index}`));
    for (const pull of pulls) assert.equal((await pull.ended).event, 'done');
  });
});
