import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Conversation } from '../api/types.ts';
import { afterEvent, withConversation } from './conversation_list.ts';

const conversation = (id: string, minute: number, revision = 1): Conversation => ({
  id, title: id, model: 'm', created_at: '2026-01-01T10:00:00Z', updated_at: `2026-01-01T10:${String(minute).padStart(2, '0')}:00Z`, messages: 2, revision,
});
const list = [conversation('c', 30), conversation('b', 20), conversation('a', 10)];
const now = '2026-01-01T11:00:00Z';

test('a conversation that is written in becomes the first, without being asked for', () => {
  const next = afterEvent(list, { id: 'a', revision: 2, change: 'messages' }, now);
  assert.deepEqual(next?.map(({ id, revision, updated_at: at }) => [id, revision, at]), [['a', 2, now], ['c', 1, list[0]?.updated_at], ['b', 1, list[1]?.updated_at]]);
});

test('what an event does not tell has to be asked for', () => {
  assert.equal(afterEvent(list, { id: 'new', revision: 1, change: 'created' }, now), null);
  assert.equal(afterEvent(list, { id: 'new', revision: 3, change: 'messages' }, now), null);
  assert.equal(afterEvent(list, { id: 'b', revision: 2, change: 'changed' }, now), null);
});

test('what is known already changes nothing, and what is removed goes', () => {
  assert.deepEqual(afterEvent(list, { id: 'b', revision: 1, change: 'changed' }, now), list);
  assert.deepEqual(afterEvent(list, { id: 'b', revision: 1, change: 'messages' }, now), list);
  assert.deepEqual(afterEvent(list, { id: 'b', revision: 0, change: 'removed' }, now)?.map(({ id }) => id), ['c', 'a']);
});

test('a conversation stands in its place by time, once', () => {
  assert.deepEqual(withConversation(list, conversation('new', 25)).map(({ id }) => id), ['c', 'new', 'b', 'a']);
  assert.deepEqual(withConversation(list, conversation('b', 40)).map(({ id }) => id), ['b', 'c', 'a']);
  assert.deepEqual(withConversation(list, conversation('old', 1)).map(({ id }) => id), ['c', 'b', 'a', 'old']);
});
