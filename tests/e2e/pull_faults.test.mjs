// A fetcher that dies exactly where it hurts most (fault points; a release build has none and passes untouched).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Blob, Registry, ggufLike, sha256 } from '../support/registry.mjs';
import { Fetcher, listed } from '../support/fetcher.mjs';

const MiB = 1 << 20;

describe('a fetcher that dies', () => {
  for (const point of ['fetcher.after_journal', 'fetcher.before_rename', 'fetcher.after_rename']) {
    test(`at ${point} leaves what the next one ends`, async () => {
      const registry = await Registry.start();
      const blob = new Blob(ggufLike(6 * MiB, 77), { bytesPerSecond: 12 * MiB });
      registry.addOllama('library/m:latest', [{ type: 'model', blob }]);
      const fetcher = Fetcher.create({ registries: [listed(registry)], env: { LOCALSCALE_FAULT: point } });
      const end = await fetcher.pull('m').ended;
      if (end.event === 'exit') assert.equal(end.code, 86, JSON.stringify(end));
      else assert.equal(end.event, 'done', JSON.stringify(end));
      if (end.event === 'done') await fetcher.stop();
      fetcher.env = {};
      fetcher.start();
      assert.equal((await fetcher.pull('m').ended).event, 'done');
      assert.equal(sha256(fetcher.blob(blob.digest)), blob.hex);
      assert.deepEqual(fetcher.leftovers(), []);
      if (point !== 'fetcher.after_journal') assert.ok(blob.sentBytes < 10 * MiB, `${blob.sentBytes} bytes were sent`);
      await fetcher.remove();
      await registry.stop();
    });
  }
});
