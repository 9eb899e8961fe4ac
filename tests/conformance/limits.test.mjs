// What a home refuses: bodies that are too large, devices without a key, keys that ask too often, foreign pages.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { startTarget } from './target.mjs';
import { freePort } from '../support/home.mjs';

let target;
let lan;
const bodyMax = 1 << 20;

before(async () => {
  const port = await freePort();
  lan = `http://127.0.0.1:${port}`;
  target = await startTarget('stub', {
    config: { api: { max_body_bytes: bodyMax }, lan: { enabled: true, address: '127.0.0.1', port, allow_plaintext: true } },
  });
});

after(() => target?.stop());

function keyOf(name, ...options) {
  const made = target.home.run('--json', 'key', 'create', name, ...options);
  assert.equal(made.code, 0, made.stderr);
  return JSON.parse(made.stdout).secret;
}

/** A request with headers that fetch would not send. */
function raw(path, headers) {
  return new Promise((done, fail) => {
    request(target.url + path, { headers }, (response) => { response.resume(); done(response); }).on('error', fail).end();
  });
}

test('a body over the limit is 413 in each API\'s shape, and one below it works', async () => {
  const messages = [{ role: 'user', content: 'x'.repeat(bodyMax) }];
  const openai = new OpenAI({ baseURL: `${target.url}/v1`, apiKey: 'none', maxRetries: 0 });
  await assert.rejects(openai.chat.completions.create({ model: 'stub', messages }), { status: 413 });
  const anthropic = new Anthropic({ baseURL: target.url, apiKey: 'none', maxRetries: 0 });
  await assert.rejects(anthropic.messages.create({ model: 'stub', max_tokens: 1, messages }), (error) => error.status === 413 && error.error.error.type === 'request_too_large');
  await assert.rejects(new Ollama({ host: target.url }).chat({ model: 'stub', messages }), { status_code: 413 });
  const large = [{ role: 'user', content: 'ü🌱'.repeat(100_000) }];
  assert.ok((await openai.chat.completions.create({ model: 'stub', messages: large })).choices.length === 1);
});

test('over the LAN each API wants a key and says so in its own shape', async () => {
  await assert.rejects(new OpenAI({ baseURL: `${lan}/v1`, apiKey: 'wrong', maxRetries: 0 }).models.list(), OpenAI.AuthenticationError);
  await assert.rejects(new Anthropic({ baseURL: lan, apiKey: 'wrong', maxRetries: 0 }).models.list(), Anthropic.AuthenticationError);
  await assert.rejects(new Ollama({ host: lan }).list(), { status_code: 401 });
  const key = keyOf('tablet');
  assert.ok((await new OpenAI({ baseURL: `${lan}/v1`, apiKey: key, maxRetries: 0 }).models.list()).data.length > 0);
  assert.ok((await new Anthropic({ baseURL: lan, apiKey: key, maxRetries: 0 }).models.list()).data.length > 0);
  assert.ok((await new Ollama({ host: lan, headers: { Authorization: `Bearer ${key}` } }).list()).models.length > 0);
});

test('a key cannot manage models or read the state', async () => {
  const headers = { 'x-api-key': keyOf('phone') };
  assert.equal((await fetch(`${lan}/api/delete`, { method: 'DELETE', headers, body: '{"model":"stub"}' })).status, 403);
  assert.equal((await fetch(`${lan}/localscale/v1/status`, { headers })).status, 403);
  assert.equal((await fetch(`${lan}/healthz`)).status, 200);
});

test('a key that asks too often gets 429 with Retry-After', async () => {
  const client = new OpenAI({ baseURL: `${lan}/v1`, apiKey: keyOf('busy', '--requests-per-minute', '2'), maxRetries: 0 });
  await client.models.list();
  await client.models.list();
  await assert.rejects(client.models.list(), (error) => {
    assert.ok(error instanceof OpenAI.RateLimitError);
    assert.ok(Number(error.headers.get('retry-after')) > 0);
    return true;
  });
});

test('a removed key is refused at once', async () => {
  const key = keyOf('lost');
  const headers = { 'x-api-key': key };
  assert.equal((await fetch(`${lan}/api/tags`, { headers })).status, 200);
  assert.equal(target.home.run('key', 'rm', 'lost').code, 0);
  assert.equal((await fetch(`${lan}/api/tags`, { headers })).status, 401);
});

test('foreign hosts and pages are refused', async () => {
  assert.equal((await raw('/api/tags', { Host: 'evil.example' })).statusCode, 403);
  assert.equal((await raw('/api/tags', { Origin: 'https://evil.example' })).statusCode, 403);
  assert.equal((await raw('/api/tags', { Origin: target.url })).statusCode, 200);
  const preflight = await raw('/api/chat', { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' });
  assert.equal(preflight.headers['access-control-allow-origin'], undefined);
});
