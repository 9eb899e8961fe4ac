// A fetcher that dies exactly where it hurts most. Needs fault points, which a release build has not:
//   LOCALSCALE_FAULT_POINTS=1 LOCALSCALE_BIN=build/fuzz/bin node --test tests/e2e/pull_faults.test.mjs
// ./dev test unit runs it so.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Blob, Registry, ggufLike, sha256 } from '../support/registry.mjs';
import { Fetcher, listed } from '../support/fetcher.mjs';

const MiB = 1 << 20;

const skip = process.env.LOCALSCALE_FAULT_POINTS ? false : 'this build has no fault points: ./dev test unit runs this on one that has';

describe('a fetcher that dies', { skip }, () => {
  for (const point of ['fetcher.after_journal', 'fetcher.before_rename', 'fetcher.after_rename']) {
    test(`at ${point} leaves what the next one ends`, async () => {
      const registry = await Registry.start();
      const blob = new Blob(ggufLike(6 * MiB, 77), { bytesPerSecond: 12 * MiB });
      registry.addOllama('library/m:latest', [{ type: 'model', blob }]);
      const fetcher = Fetcher.create({ registries: [listed(registry)], env: { LOCALSCALE_FAULT: point } });
      const end = await fetcher.pull('m').ended;
      assert.equal(end.event, 'exit', JSON.stringify(end));
      assert.equal(end.code, 86, JSON.stringify(end));
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
