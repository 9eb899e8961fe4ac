// Pulls from registries that cut, lie, refuse, redirect and stall.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Blob, Registry, ggufLike, sha256 } from '../support/registry.mjs';
import { Fetcher, listed } from '../support/fetcher.mjs';

const MiB = 1 << 20;

describe('a pull from a registry that misbehaves', () => {
  let registry;
  let other;
  let fetcher;
  let count = 0;
  before(async () => {
    registry = await Registry.start();
    other = await Registry.start();
    fetcher = Fetcher.create({ registries: [listed(registry), listed(registry, 'hf.co', 'huggingface'), listed(other, 'other.example')] });
  });
  after(async () => {
    await fetcher.remove();
    await registry.stop();
    await other.stop();
  });

  /** Pulls one blob with these options; gives the blob and how it ended. */
  const pullWith = async (options, bytes = 3 * MiB) => {
    count += 1;
    const blob = new Blob(ggufLike(bytes, 100 + count), options);
    registry.addOllama(`library/bad${count}:latest`, [{ type: 'model', blob }]);
    const end = await fetcher.pull(`bad${count}`).ended;
    return { blob, end };
  };
  const assertPulled = ({ blob, end }) => {
    assert.equal(end.event, 'done', JSON.stringify(end));
    assert.equal(sha256(fetcher.blob(blob.digest)), blob.hex);
  };
  const assertFailed = ({ blob, end }, code, text) => {
    assert.equal(end.event, 'failed', JSON.stringify(end));
    assert.equal(end.code, code, JSON.stringify(end));
    assert.match(`${end.what} ${end.next}`, text);
    if (blob) assert.equal(fetcher.has(blob.digest), false);
  };

  test('that cuts every answer after 700 kB goes on from there and asks for no byte twice', async () => {
    const result = await pullWith({ cut: { after: 700_000 } });
    assertPulled(result);
    assert.ok(result.blob.sentBytes < result.blob.bytes.length * 1.3, `${result.blob.sentBytes}`);
  });

  test('that cuts a file it serves without ranges starts again and ends', async () => {
    assertPulled(await pullWith({ noRanges: true, cut: { after: 2 * MiB, times: 2 } }));
  });

  test('that serves no ranges gets one stream', async () => {
    const result = await pullWith({ noRanges: true, bytesPerSecond: 16 * MiB }, 12 * MiB);
    assertPulled(result);
    assert.equal(result.blob.answers, 1);
  });

  test('that cuts at once, always, fails as unavailable', async () => {
    assertFailed(await pullWith({ cut: { after: 0 } }), 'unavailable', /broke|cut/);
  });

  test('that serves wrong bytes once gets a second chance', async () => {
    assertPulled(await pullWith({ wrongOnce: true }));
  });

  test('that always serves wrong bytes fails as corrupt, keeps nothing and says so', async () => {
    const result = await pullWith({ wrong: true });
    assertFailed(result, 'corrupt', /another sha256 .* was deleted/);
    assert.equal(result.blob.answers, 2);
    assert.deepEqual(fetcher.leftovers().filter((name) => name.includes(result.blob.hex)), []);
  });

  test('that says 429 with Retry-After is asked again after that time', async () => {
    const started = Date.now();
    assertPulled(await pullWith({ status: { code: 429, retryAfter: 1, times: 2 } }));
    assert.ok(Date.now() - started >= 2000);
  });

  test('that says 503 without end fails as unavailable', async () => {
    assertFailed(await pullWith({ status: { code: 503 } }), 'unavailable', /answered 503/);
  });

  test('that asks to wait for an hour fails at once', async () => {
    assertFailed(await pullWith({ status: { code: 429, retryAfter: 3600 } }), 'exhausted', /too many downloads/);
  });

  test('that answers 500 a few times is asked again', async () => {
    assertPulled(await pullWith({ status: { code: 500, times: 3 } }));
  });

  test('that stalls a connection is left and asked again', async () => {
    assertPulled(await pullWith({ stall: { after: MiB, times: 1 } }));
  });

  test('that lies about the length fails as corrupt', async () => {
    assertFailed(await pullWith({ contentLength: 3 * MiB - 5 }), 'corrupt', /other bytes|manifest says/);
    assertFailed(await pullWith({ contentLength: 3 * MiB + 5 }), 'corrupt', /manifest says/);
    assertFailed(await pullWith({ contentLength: 3 * MiB - 5, noRanges: true }), 'corrupt', /manifest says/);
  });

  test('that changes the file under way fails and keeps nothing', async () => {
    const result = await pullWith({ changes: { after: 1 }, cut: { after: MiB, times: 1 } });
    assertFailed(result, 'corrupt', /another sha256/);
  });

  test('that redirects to another path is followed', async () => {
    assertPulled(await pullWith({ redirect: { to: 'self' } }));
  });

  test('that redirects to another listed host is followed without the token', async () => {
    const blob = new Blob(ggufLike(2 * MiB, 7));
    other.addFile('/elsewhere', blob);
    const redirecting = new Blob(blob.bytes, { redirect: { to: `${other.url}/elsewhere` } });
    const secured = await Registry.start();
    secured.addOllama('library/moved:latest', [{ type: 'model', blob: redirecting }]);
    secured.requireBearer('secret-token');
    const own = Fetcher.create({ registries: [listed(secured), listed(other, 'other.example')] });
    const done = await own.pull('moved').ended;
    assert.equal(done.event, 'done', JSON.stringify(done));
    assert.ok(secured.requests.some((request) => request.headers.authorization === 'Bearer secret-token'));
    const elsewhere = other.requests.filter((request) => request.url === '/elsewhere');
    assert.ok(elsewhere.length > 0);
    assert.ok(elsewhere.every((request) => request.headers.authorization === undefined));
    await own.stop();
    assert.ok(!own.log.includes('secret-token'), 'a token was logged');
    await own.remove();
    await secured.stop();
  });

  test('that redirects in a circle fails', async () => {
    assertFailed(await pullWith({ redirect: { to: 'loop' } }), 'unavailable', /redirects too often/);
  });

  test('that redirects to plain http elsewhere is refused', async () => {
    assertFailed(await pullWith({ redirect: { to: 'http://example.org/x' } }), 'denied', /without encryption/);
  });

  for (const target of ['https://10.0.0.1/x', 'https://127.0.0.1:1/x', 'https://localhost:1/x', 'https://[::1]/x',
    'https://169.254.169.254/latest', 'https://[::ffff:10.0.0.1]/x', 'https://0/x', 'https://2130706433/x']) {
    test(`that redirects to ${target} is refused`, async () => {
      assertFailed(await pullWith({ redirect: { to: target } }), 'denied', /private|refused/);
    });
  }

  test('that redirects to another port of this machine, where the house may listen, reaches nobody there', async () => {
    let reached = 0;
    const house = net.createServer((socket) => { reached += 1; socket.destroy(); });
    await new Promise((resolve) => { house.listen(0, '127.0.0.1', resolve); });
    const { port } = house.address();
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]']) {
      assertFailed(await pullWith({ redirect: { to: `http://${host}:${port}/api/delete` } }), 'denied', /without encryption/);
      assertFailed(await pullWith({ redirect: { to: `https://${host}:${port}/api/delete` } }), 'denied', /private/);
    }
    assert.equal(reached, 0);
    house.close();
  });

  test('that redirects to a file scheme is refused', async () => {
    assertFailed(await pullWith({ redirect: { to: 'file:///etc/passwd' } }), 'invalid_argument', /refused/);
  });

  test('that names another sha256 before it redirects fails as changed', async () => {
    const result = await pullWith({ redirect: { to: 'self', linkedEtag: `"${'0'.repeat(64)}"` } });
    assertFailed(result, 'conflict', /changed/);
  });

  test('whose manifest is broken fails as corrupt', async () => {
    const blob = new Blob(ggufLike(1000));
    const layer = { mediaType: 'application/vnd.ollama.image.model', digest: blob.digest, size: 1000 };
    const manifests = {
      malformed: '{"layers": [', list: '[]', nolayers: '{}', deep: `{"layers":${'['.repeat(5000)}`,
      huge: JSON.stringify({ layers: [layer], padding: 'x'.repeat(5 * MiB) }),
      digest: JSON.stringify({ layers: [{ ...layer, digest: 'sha256:../../../etc/passwd' }] }),
      size: JSON.stringify({ layers: [{ ...layer, size: -1 }] }),
      many: JSON.stringify({ layers: Array(500).fill(layer) }),
      number: JSON.stringify({ layers: [7] }),
    };
    for (const [name, manifest] of Object.entries(manifests)) {
      registry.addOllama(`library/${name}:latest`, [], { manifest });
      assertFailed({ end: await fetcher.pull(name).ended }, 'corrupt', /malformed|more than/);
    }
    registry.addOllama('library/safetensors:latest', [], { manifest: JSON.stringify({ layers: [{ ...layer, mediaType: 'application/vnd.ollama.image.tensor' }] }) });
    assertFailed({ end: await fetcher.pull('safetensors').ended }, 'unsupported', /no GGUF/);
  });

  test('for a name that it does not have fails as not found', async () => {
    assertFailed({ end: await fetcher.pull('nothing-like-this').ended }, 'not_found', /does not have/);
    assertFailed({ end: await fetcher.pull('hf.co/no/such').ended }, 'not_found', /does not have/);
  });

  test('is not even asked for a name outside the grammar', async () => {
    const before2 = registry.requests.length;
    for (const name of ['../../etc/passwd', 'a b', 'm?x=1', 'user@host/a/b', '']) {
      assertFailed({ end: await fetcher.pull(name).ended }, 'invalid_argument', /not a model name/);
    }
    assert.equal(registry.requests.length, before2);
  });

  test('at a private address that the config does not list is refused', async () => {
    assertFailed({ end: await fetcher.pull(`localhost:${registry.port}/library/m:1`).ended }, 'denied', /private/);
  });

  test('with a listed token uses it, and says what is missing where there is none', async () => {
    const secured = await Registry.start();
    const blob = new Blob(ggufLike(1000, 9));
    secured.addOllama('library/secret:latest', [{ type: 'model', blob }]);
    secured.requireBearer('from-a-file', { anonymous: false });
    const without = Fetcher.create({ registries: [listed(secured)] });
    assertFailed({ end: await without.pull('secret').ended }, 'denied', /token_file/);
    await without.remove();
    const token = path.join(fetcher.folder, 'token');
    writeFileSync(token, 'from-a-file\n', { mode: 0o600 });
    const own = Fetcher.create({ registries: [listed(secured, 'registry.ollama.ai', 'ollama', { token_file: token })] });
    assert.equal((await own.pull('secret').ended).event, 'done');
    await own.remove();
    await secured.stop();
  });

  test('that cannot prove who it is is not talked to', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tls-'));
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key,
      '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' });
    let asked = 0;
    const server = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, () => { asked += 1; });
    await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const own = Fetcher.create({ registries: [{ name: 'self.example', protocol: 'ollama', url: `https://localhost:${server.address().port}`, address: '127.0.0.1' }] });
    assertFailed({ end: await own.pull('self.example/library/m:1').ended }, 'denied', /could not prove who it is/);
    assert.equal(asked, 0);
    await own.remove();
    server.close();
    rmSync(folder, { recursive: true });
  });

  test('keeps to the rate cap of the config', async () => {
    const blob = new Blob(ggufLike(3 * MiB, 11));
    registry.addOllama('library/capped:latest', [{ type: 'model', blob }]);
    const own = Fetcher.create({ registries: [listed(registry)], fetcher: { max_bytes_per_second: MiB } });
    const started = Date.now();
    assert.equal((await own.pull('capped').ended).event, 'done');
    const seconds = (Date.now() - started) / 1000;
    assert.ok(seconds > 1.8, `${seconds} s`);
    await own.remove();
  });

  test('refuses what the disk cannot hold, with the numbers', async () => {
    const blob = new Blob(ggufLike(MiB, 12));
    registry.addOllama('library/full:latest', [{ type: 'model', blob }]);
    const own = Fetcher.create({ registries: [listed(registry)], fetcher: { keep_free_bytes: 2 ** 49 } });
    assertFailed({ blob, end: await own.pull('full').ended }, 'exhausted', /1\.0 MB more are needed/);
    assert.equal(blob.answers, 0);
    await own.remove();
  });
});
