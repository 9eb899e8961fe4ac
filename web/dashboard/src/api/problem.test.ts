import assert from 'node:assert/strict';
import { test } from 'node:test';
import errors from './recorded/errors.json';
import { asProblem, isAbort, Problem, problemInBody } from './problem.ts';

const body = (value: unknown): string => JSON.stringify(value);

test('each API’s error shape says the same thing', () => {
  const shapes = [
    body({ schema: 1, error: { code: 'x', message: 'It broke.', request_id: '7-1' } }),
    body({ error: { message: 'It broke.', type: 'server_error', param: null, code: null } }),
    body({ type: 'error', error: { type: 'api_error', message: 'It broke.' }, request_id: '7-1' }),
    body({ error: 'It broke.' }),
  ];
  for (const shape of shapes) assert.equal(problemInBody(500, shape).what, 'It broke.');
  assert.equal(problemInBody(500, shapes[0] ?? '').details.requestId, '7-1');
  assert.equal(problemInBody(500, shapes[2] ?? '').details.requestId, '7-1');
});

test('what the home really answered is understood', () => {
  const kinds = Object.fromEntries(Object.entries(errors).map(([name, { status, body: given }]) => [name, problemInBody(status, body(given)).kind]));
  assert.deepEqual(kinds, { missing: 'missing', chat_missing: 'missing', pull_bad: 'invalid', keys: 'denied', nopath: 'not_yet', badjson: 'invalid' });
});

test('every problem says what happened and what to do', () => {
  for (const status of [400, 401, 403, 404, 405, 408, 409, 413, 418, 429, 500, 501, 502, 503, 504, 507, 529]) {
    for (const text of ['', '<html>', '[]', '{"error":{}}', '{"error":null}']) {
      const problem = problemInBody(status, text);
      assert.ok(problem.what.length > 5 && problem.next.length > 5, `${status} ${text}`);
    }
  }
});

test('a time to wait is told', () => {
  const problem = problemInBody(429, body({ error: 'too many' }), new Headers({ 'retry-after': '20' }));
  assert.equal(problem.kind, 'busy');
  assert.match(problem.next, /20 seconds/);
});

test('a model that does not fit is no matter of waiting', () => {
  assert.equal(problemInBody(503, body({ error: 'needs 9 GB' }), new Headers({ 'x-should-retry': 'false' })).kind, 'no_room');
  assert.equal(problemInBody(503, body({ error: 'died' })).kind, 'busy');
});

test('faults of single settings come along', () => {
  assert.deepEqual(problemInBody(400, body({ error: { message: 'no', fields: { 'api.port': 'Takes …' } } })).details.fields, { 'api.port': 'Takes …' });
});

test('what fetch throws is offline; an abort stays one', () => {
  assert.equal(asProblem(new TypeError('Failed to fetch')).kind, 'offline');
  assert.ok(isAbort(new DOMException('x', 'AbortError')));
  assert.ok(!isAbort(new Problem('broken', 'x')));
});
