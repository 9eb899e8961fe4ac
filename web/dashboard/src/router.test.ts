import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashOf, placeOf } from './router.ts';

test('an address and its place are the same', () => {
  for (const [room, rest, query] of [['chat', ['a/b c'], { at: '3&4' }], ['home', [], {}], ['sign-in', [], { token: 'x=y' }]] as const) {
    assert.deepEqual(placeOf(hashOf(room, rest, query)), { room, rest, query });
  }
});

test('what is not known leads to Home', () => {
  for (const hash of ['', '#', '#/', '#/nowhere', '#/constructor', '#/%E0%A4%A', '#/../settings']) assert.equal(placeOf(hash).room, 'home', hash);
});

test('broken escapes stay as they are', () => {
  assert.deepEqual(placeOf('#/chat/%E0%A4%A').rest, ['%E0%A4%A']);
});

test('empty filters stay out of the address', () => {
  assert.equal(hashOf('logs', [], { level: 'warn', text: '' }), '#/logs?level=warn');
});
