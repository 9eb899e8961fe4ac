// Pulls that are interrupted: kill -9, cancel, servers that freeze, no network. Nothing half-kept that cannot go on.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Blob, Registry, ggufLike, sha256 } from '../support/registry.mjs';
import { Fetcher, listed } from '../support/fetcher.mjs';

const MiB = 1 << 20;
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** A registry with one slow model, and a fetcher for it. */
const setUp = async (bytes, options, more = {}) => {
  const registry = await Registry.start();
  const blob = new Blob(ggufLike(bytes, bytes % 1000), options);
  registry.addOllama('library/m:latest', [{ type: 'model', blob }]);
  const fetcher = Fetcher.create({ registries: [listed(registry)], ...more });
  const tearDown = async () => { await fetcher.remove(); await registry.stop(); };
  return { registry, blob, fetcher, tearDown };
};

describe('an interrupted pull', () => {
  test('killed at random moments ends with the right bytes and little downloaded twice', async () => {
    const { blob, fetcher, tearDown } = await setUp(96 * MiB, { bytesPerSecond: 16 * MiB });
    let kills = 0;
    let end = null;
    while (!end) {
      const { ended } = fetcher.pull('m');
      const outcome = await Promise.race([ended, sleep(300 + Math.random() * 900)]);
      if (outcome) {
        end = outcome;
      } else {
        await fetcher.kill();
        kills += 1;
        assert.equal(fetcher.has(blob.digest), false);
        assert.ok(kills < 40, 'no progress over 40 kills');
        fetcher.start();
      }
    }
    assert.equal(end.event, 'done', JSON.stringify(end));
    assert.equal(sha256(fetcher.blob(blob.digest)), blob.hex);
    assert.deepEqual(fetcher.leftovers(), []);
    await tearDown();
  });

  test('cancelled keeps what it has and the next one resumes', async () => {
    const { blob, fetcher, tearDown } = await setUp(48 * MiB, { bytesPerSecond: 8 * MiB });
    const first = fetcher.pull('m');
    await fetcher.reached(first.id, 16 * MiB);
    fetcher.cancel(first.id);
    const cancelled = await first.ended;
    assert.equal(cancelled.code, 'cancelled');
    assert.match(cancelled.what, /kept/);
    const second = fetcher.pull('m');
    assert.equal((await second.ended).event, 'done');
    assert.ok(fetcher.progress(second.id).filter((event) => event.total > 0).every((event) => event.completed >= 16 * MiB));
    assert.equal(sha256(fetcher.blob(blob.digest)), blob.hex);
    assert.ok(blob.sentBytes < 56 * MiB, `${blob.sentBytes} bytes were sent`);
    await tearDown();
  });

  test('by the end of the house keeps what it has', async () => {
    const { blob, fetcher, tearDown } = await setUp(32 * MiB, { bytesPerSecond: 8 * MiB });
    const first = fetcher.pull('m');
    await fetcher.reached(first.id, 8 * MiB);
    const exit = await fetcher.stop();
    assert.equal(exit.code, 0);
    fetcher.start();
    assert.equal((await fetcher.pull('m').ended).event, 'done');
    assert.ok(blob.sentBytes < 38 * MiB, `${blob.sentBytes} bytes were sent`);
    await tearDown();
  });

  test('whose file changed meanwhile at the registry starts again', async () => {
    const { blob, fetcher, tearDown } = await setUp(16 * MiB, { bytesPerSecond: 8 * MiB });
    const first = fetcher.pull('m');
    await fetcher.reached(first.id, 4 * MiB);
    fetcher.cancel(first.id);
    await first.ended;
    const journal = path.join(fetcher.incoming, fetcher.leftovers().find((name) => name.endsWith('.journal')));
    assert.match(readFileSync(journal, 'utf8'), new RegExp(`etag ="${blob.hex}"`));
    const part = journal.replace('.journal', '.part');
    const bytes = readFileSync(part);
    bytes[100] ^= 1;  // silent damage of what was kept: the digest finds it
    writeFileSync(part, bytes);
    assert.equal((await fetcher.pull('m').ended).event, 'done');
    assert.equal(sha256(fetcher.blob(blob.digest)), blob.hex);
    await tearDown();
  });

  test('with a torn journal or a missing part starts again', async () => {
    const { blob, fetcher, tearDown } = await setUp(16 * MiB, { bytesPerSecond: 16 * MiB });
    for (const damage of [(name) => truncateSync(name, 40), (name) => truncateSync(name.replace('.journal', '.part'), 10)]) {
      const first = fetcher.pull('m');
      await fetcher.reached(first.id, 2 * MiB);
      await fetcher.kill();
      damage(path.join(fetcher.incoming, fetcher.leftovers().find((name) => name.endsWith('.journal'))));
      fetcher.start();
    }
    assert.equal((await fetcher.pull('m').ended).event, 'done');
    assert.equal(sha256(fetcher.blob(blob.digest)), blob.hex);
    await tearDown();
  });

  test('by a server that freezes goes on when it thaws', async () => {
    const program = path.join(path.dirname(fileURLToPath(import.meta.url)), '../support/registry.mjs');
    const server = spawn('node', [program, '--size', String(24 * MiB), '--option', JSON.stringify({ bytesPerSecond: 4 * MiB })], { stdio: ['ignore', 'pipe', 'inherit'] });
    const { url, digest } = JSON.parse(await new Promise((resolve) => { createInterface({ input: server.stdout }).once('line', resolve); }));
    const fetcher = Fetcher.create({ registries: [listed({ url })], retryBaseMs: 500 });
    const pull = fetcher.pull('m');
    await fetcher.reached(pull.id, 4 * MiB);
    process.kill(server.pid, 'SIGSTOP');
    await sleep(5000);
    process.kill(server.pid, 'SIGCONT');
    const end = await pull.ended;
    assert.equal(end.event, 'done', JSON.stringify(end));
    assert.equal(`sha256:${sha256(fetcher.blob(digest))}`, digest);
    server.kill('SIGKILL');
    await fetcher.remove();
  });

  test('without a network says what is kept', async () => {
    const { blob, fetcher, registry, tearDown } = await setUp(16 * MiB, { bytesPerSecond: 8 * MiB });
    const first = fetcher.pull('m');
    await fetcher.reached(first.id, 4 * MiB);
    await registry.stop();
    const broken = await first.ended;
    assert.equal(broken.code, 'unavailable');
    assert.match(broken.what, /refused the connection: no registry is running there now\. What was downloaded so far \([\d.]+ MB of 16\.8 MB\) is kept; run the same pull again to resume\.$/);
    const offline = await fetcher.pull('m').ended;  // not even the manifest
    assert.equal(offline.code, 'unavailable');
    assert.match(offline.what, /is kept; run the same pull again to resume/);
    assert.equal(fetcher.has(blob.digest), false);
    await tearDown();
  });

  test('of a registry that refuses connections, or has no way there, says so within seconds', async () => {
    const registry = await Registry.start();
    const { url } = registry;
    await registry.stop();
    const away = { name: 'away.example', protocol: 'ollama', url: 'http://away.example', address: '255.255.255.255' };
    const fetcher = Fetcher.create({ registries: [listed({ url }), away], retryBaseMs: 500 });
    const refused = await fetcher.pull('m').ended;
    assert.equal(refused.code, 'unavailable');
    assert.match(refused.what, /refused the connection/);
    assert.match(refused.next, /run the same pull again/);
    const unreachable = await fetcher.pull('away.example/a/m:1').ended;
    assert.match(unreachable.what, /^No network: away\.example could not be reached\.$/);
    await fetcher.remove();
  });

  test('of a host that drops every packet says so after one connect time-out', async () => {
    // A stopped process with a short queue: Linux drops the SYNs that find it full.
    const script = "const s = require('net').createServer(); s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => { console.log(s.address().port); });";
    const silent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const port = Number(await new Promise((resolve) => { silent.stdout.once('data', (data) => resolve(String(data))); }));
    silent.kill('SIGSTOP');
    const queue = Array.from({ length: 4 }, () => net.connect(port, '127.0.0.1').on('error', () => {}));
    const fetcher = Fetcher.create({ registries: [listed({ url: `http://127.0.0.1:${port}` })], retryBaseMs: 500 });
    const end = await fetcher.pull('m').ended;
    assert.equal(end.code, 'timeout', JSON.stringify(end));
    assert.match(end.what, /did not answer within 10 seconds/);
    await fetcher.remove();
    for (const socket of queue) socket.destroy();
    silent.kill('SIGKILL');
  });

  test('of a registry whose name does not resolve says so at once', async () => {
    const fetcher = Fetcher.create({ retryBaseMs: 500 });
    const end = await fetcher.pull('registry.invalid/library/m:1').ended;
    assert.equal(end.code, 'unavailable');
    assert.match(end.what, /^No network: registry\.invalid could not be resolved\.$/);
    await fetcher.remove();
  });

  test('by a full disk says so and resumes once there is room', async (context) => {
    if (process.getuid() !== 0) return context.diagnostic('needs root for a small file system; the refusal by keep_free_bytes is tested elsewhere');
    const { blob, fetcher, tearDown } = await setUp(24 * MiB, { bytesPerSecond: 16 * MiB });
    await fetcher.stop();
    mkdirSync(fetcher.incoming, { recursive: true });
    const models = path.dirname(fetcher.blobs);
    const mount = (...args) => new Promise((resolve) => { spawn(args[0], args.slice(1), { stdio: 'inherit' }).on('exit', resolve); });
    assert.equal(await mount('mount', '-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', models), 0);
    try {
      fetcher.start();
      const full = await fetcher.pull('m').ended;
      assert.equal(full.code, 'exhausted', JSON.stringify(full));
      assert.match(full.what, /Not enough disk space/);
      assert.equal(await mount('mount', '-o', 'remount,size=64m', models), 0);
      assert.equal((await fetcher.pull('m').ended).event, 'done');
      assert.equal(sha256(fetcher.blob(blob.digest)), blob.hex);
      await fetcher.stop();
    } finally {
      await mount('umount', '-l', models);
    }
    await tearDown();
    return undefined;
  });
});
