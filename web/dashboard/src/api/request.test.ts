import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { appendMessage } from './conversations.ts';
import { answer } from './chat.ts';
import { loadModel, pullModel, removeModel } from './home.ts';
import { json, onSignedOut } from './request.ts';
import { collect } from '../testing.ts';

const realFetch = globalThis.fetch;
afterEach(() => { globalThis.fetch = realFetch; });

const asked: { url: string; init: RequestInit }[] = [];
function answerWith(...responses: (Response | Error)[]): void {
  asked.length = 0;
  globalThis.fetch = (url, init) => {
    asked.push({ url: String(url), init: init ?? {} });
    const next = responses.shift() ?? new Response('{}');
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
}

test('a body makes it a JSON POST', async () => {
  answerWith(new Response('{"message":{"seq":3}}'));
  const message = await appendMessage('a/b', { role: 'user', content: 'hi', state: 'done' });
  assert.equal(message.seq, 3);
  assert.equal(asked[0]?.url, '/localscale/v1/conversations/a%2Fb/messages');
  assert.equal(asked[0]?.init.method, 'POST');
  assert.equal(new Headers(asked[0]?.init.headers).get('content-type'), 'application/json');
});

test('names keep their slashes in a path, and nothing else', async () => {
  answerWith();
  await removeModel('hf.co/org/re po:Q4?x#y');
  assert.equal(asked[0]?.url, '/localscale/v1/models/hf.co/org/re%20po%3AQ4%3Fx%23y');
});

test('no home, no JSON, and no success are problems', async () => {
  answerWith(new TypeError('Failed to fetch'), new Response('<html>'), new Response('{"error":"no"}', { status: 409 }));
  await assert.rejects(json('/x'), { kind: 'offline' });
  await assert.rejects(json('/x'), { kind: 'broken' });
  await assert.rejects(json('/x'), { kind: 'conflict', what: 'no' });
});

test('a session that is over is told once to the page', async () => {
  let told = 0;
  onSignedOut(() => { told += 1; });
  answerWith(new Response('{"error":{"message":"over"}}', { status: 401 }));
  await assert.rejects(json('/x'), { kind: 'signed_out' });
  assert.equal(told, 1);
  onSignedOut(() => undefined);
});

test('an abort stays an abort', async () => {
  answerWith(new DOMException('stopped', 'AbortError'));
  await assert.rejects(json('/x'), { name: 'AbortError' });
});

test('a load that fails midway throws what the home said', async () => {
  answerWith(new Response('{"status":"loading","total":5,"elapsed_ms":10}\n{"error":{"code":"exhausted","message":"It does not fit."}}\n'));
  await assert.rejects(collect(loadModel('x')), { what: 'It does not fit.' });
});

test('a home that pulls by itself has no lines; today’s has', async () => {
  answerWith(new Response('{}', { status: 202 }), new Response('{"status":"pulling manifest"}\n{"status":"success"}\n'));
  assert.equal(await pullModel('x', new AbortController().signal), null);
  const lines = await pullModel('x', new AbortController().signal);
  assert.deepEqual((lines ? await collect(lines) : []).map((line) => line.status), ['pulling manifest', 'success']);
});

test('an answer that ends without saying so was cut off', async () => {
  answerWith(new Response('data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n'));
  const seen: string[] = [];
  await assert.rejects(async () => {
    for await (const part of answer('m', [], new AbortController().signal)) seen.push(part.text ?? '');
  }, { kind: 'cut_off' });
  assert.deepEqual(seen, ['Hel']);
});
