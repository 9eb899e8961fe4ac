// The fetcher looks at models without downloading them: what it asks for, what it keeps, and whom it does not believe.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Blob, Registry, ggufLike } from '../support/registry.mjs';
import { Fetcher, listed } from '../support/fetcher.mjs';

const MiB = 1 << 20;

describe('a look at a model', () => {
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

  const add = (name, options, manifest) => {
    const blob = new Blob(ggufLike(8 * MiB, name.length), options);
    registry.addOllama(`library/${name}:latest`, [{ type: 'model', blob }, { type: 'license', blob: new Blob(Buffer.from('MIT')) }], { manifest: manifest?.(blob) });
    return blob;
  };
  const got = (id) => fetcher.events.filter((event) => event.id === id && event.event === 'bytes').reduce((sum, { count }) => sum + count, 0);
  async function looked(name, bytes) {
    const { id, ended } = fetcher.peek(name, bytes);
    const end = await ended;
    return { end, found: fetcher.events.find((event) => event.id === id && event.event === 'found'), bytes: got(id) };
  }

  test('asks for the manifest and the beginning of the model file, and keeps nothing', async () => {
    const blob = add('plain');
    const from = registry.requests.length;
    const { end, found, bytes } = await looked('plain');
    assert.equal(end.event, 'end', JSON.stringify(end));
    assert.deepEqual(found.files.map(({ role, bytes: size }) => [role, size]), [['MODEL', 8 * MiB], ['LICENSE', 3]]);
    assert.equal(bytes, MiB);
    const asked = registry.requests.slice(from);
    assert.deepEqual(asked.map(({ url }) => url), ['/v2/library/plain/manifests/latest', `/v2/library/plain/blobs/${blob.digest}`]);
    assert.equal(asked[1].headers.range, 'bytes=0-1048575');
    assert.equal(blob.sentBytes, MiB);
    assert.deepEqual([readdirSync(fetcher.blobs), fetcher.leftovers()], [[], []]);
  });

  test('of a small file gets all of it; of a server without ranges no more than was asked for', async () => {
    registry.addHuggingFace('org/small', [{ path: 'model-Q4_K_M.gguf', blob: new Blob(ggufLike(1000)) }]);
    assert.equal((await looked('hf.co/org/small:Q4_K_M')).bytes, 1000);
    add('noranges', { noRanges: true });
    const { end, bytes } = await looked('noranges');
    assert.deepEqual([end.event, bytes], ['end', MiB]);
  });

  test('follows redirects and proves itself', async () => {
    add('moved', { redirect: { to: 'self' } });
    registry.requireBearer('secret');
    const { end, bytes } = await looked('moved');
    registry.bearer = null;
    assert.deepEqual([end.event, bytes], ['end', MiB], JSON.stringify(end));
  });

  test('ends when it is cancelled', async () => {
    const blob = add('slow', { bytesPerSecond: MiB });
    const { id } = fetcher.peek('slow', 8 * MiB);
    await fetcher.wait((event) => event.id === id && event.event === 'bytes');
    fetcher.cancel(id);
    assert.equal((await looked('plain')).bytes, MiB);
    assert.ok(blob.sentBytes < 4 * MiB);
  });

  test('fails soon and in words where the registry misbehaves', async () => {
    add('cut', { cut: { after: 100_000 } });
    add('stalled', { stall: { after: 100_000 } });
    add('lies', { contentLength: 9 * MiB });
    add('looping', { redirect: { to: 'loop' } });
    add('broken', { status: { code: 500 } });
    add('busy', { status: { code: 503, retryAfter: 60 } });
    add('senseless', {}, () => '{"layers":[{"digest":"sha256:1"}]}');
    const codes = {};
    for (const name of ['cut', 'stalled', 'lies', 'looping', 'broken', 'busy', 'senseless', 'nobody']) {
      const { end } = await looked(name);
      assert.equal(end.event, 'failed', name);
      codes[name] = end.code;
    }
    assert.deepEqual(codes, {
      cut: 'unavailable', stalled: 'timeout', lies: 'corrupt', looping: 'unavailable', broken: 'unavailable', busy: 'unavailable',
      senseless: 'corrupt', nobody: 'not_found' });
  });

  test('is refused where too many are under way', async () => {
    add('idle', { bytesPerSecond: 100_000 });
    const under = [1, 2, 3, 4].map(() => fetcher.peek('idle', 8 * MiB).id);
    const { end } = await looked('idle');
    assert.equal(end.code, 'exhausted', JSON.stringify(end));
    under.forEach((id) => fetcher.cancel(id));
  });
});
