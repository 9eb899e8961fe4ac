// The LAN door speaks TLS with a certificate of the home's own CA.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
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

test('a device that does not know the CA refuses, and plaintext gets no answer', async () => {
  await assert.rejects(get('/healthz'));
  await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`));
});
