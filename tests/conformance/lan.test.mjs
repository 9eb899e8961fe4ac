// The LAN door speaks TLS with a certificate of the home's own CA.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startTarget } from './target.mjs';
import { freePort } from '../support/home.mjs';

const name = 'kitchen.home.example';
let target;
let port;

before(async () => {
  port = await freePort();
  target = await startTarget('stub', { config: { lan: { enabled: true, address: '127.0.0.1', port, names: [name] } } });
});

after(() => target?.stop());

const ca = () => readFileSync(join(target.home.stateFolder, 'house/tls/ca.pem'));

function get(path, options = {}) {
  return new Promise((done, fail) => {
    request({ host: '127.0.0.1', port, path, ...options }, (response) => {
      let body = '';
      response.on('data', (data) => { body += data; }).on('end', () => done({ status: response.statusCode, body }));
    }).on('error', fail).end();
  });
}

test('a device that pins the CA is served with its key, by address and by name', async () => {
  const made = target.home.run('--json', 'key', 'create', 'tablet');
  const headers = { 'x-api-key': JSON.parse(made.stdout).secret };
  for (const servername of ['127.0.0.1', name]) {
    const options = servername === '127.0.0.1' ? { ca: ca() } : { ca: ca(), servername };
    const answer = await get('/v1/models', { ...options, headers: { ...headers, Host: `${servername}:${port}` } });
    assert.equal(answer.status, 200);
    assert.ok(JSON.parse(answer.body).data.length > 0);
  }
  assert.equal((await get('/v1/models', { ca: ca() })).status, 401);
});

test('what key create says is all that curl and the SDKs on a device need', async () => {
  const words = target.home.run('key', 'create', 'laptop');
  const key = words.stdout.trim();
  const curl = words.stderr.match(/^ *(curl .*)$/m)[1].replace('KEY', key).replace('ca.pem', join(target.home.stateFolder, 'house/tls/ca.pem'));
  const listed = spawnSync('/bin/bash', ['-c', `${curl} --silent --show-error`], { encoding: 'utf8' });
  assert.ok(JSON.parse(listed.stdout || `"${listed.stderr}"`).data.length > 0, listed.stdout);

  const { secret, lan } = JSON.parse(target.home.run('--json', 'key', 'create', 'phone').stdout);
  assert.deepEqual(lan.urls, [`https://127.0.0.1:${port}/`, `https://${name}:${port}/`]);
  assert.equal(lan.ca_sha256, new X509Certificate(ca()).fingerprint256.replaceAll(':', '').toLowerCase());
  const [url] = lan.urls;
  const script = `
    import { Ollama } from 'ollama';
    import OpenAI from 'openai';
    const openai = new OpenAI({ baseURL: '${url}v1', apiKey: '${secret}' });
    const ollama = new Ollama({ host: '${url.slice(0, -1)}', headers: { Authorization: 'Bearer ${secret}' } });
    console.log(JSON.stringify([(await openai.models.list()).data.length, (await ollama.list()).models.length]));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: dirname(fileURLToPath(import.meta.url)), encoding: 'utf8', env: { ...process.env, NODE_EXTRA_CA_CERTS: lan.ca_file } });
  const [openai, ollama] = JSON.parse(stdout || `"${stderr}"`);
  assert.ok(openai > 0 && ollama > 0, stdout + stderr);
});

test('a device that does not know the CA refuses, and plaintext gets no answer', async () => {
  await assert.rejects(get('/healthz'));
  await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`));
});
