// The types are checked by the compiler against what a home really sent: a field that changes there breaks the build here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import chatText from './recorded/chat.txt';
import eventsText from './recorded/events.txt';
import loadLines from './recorded/load.json';
import model from './recorded/model.json';
import models from './recorded/models.json';
import ps from './recorded/ps.json';
import status from './recorded/status.json';
import { partOf } from './chat.ts';
import { eventsOf } from './sse.ts';
import type { LoadedList, ModelDetail, ModelList, Progress, ProgressEvent, Status } from './types.ts';
import { bodyOf, collect, cut } from '../testing.ts';

status satisfies Status;
models satisfies ModelList;
model satisfies { schema: number; model: ModelDetail };
ps satisfies LoadedList;
loadLines satisfies Progress[];

test('recorded events are read', async () => {
  const events = await collect(eventsOf(bodyOf(cut(eventsText, 37))));
  assert.deepEqual(events.map((event) => event.type), ['state', 'load', 'state', 'load', 'state']);
  assert.equal((JSON.parse(events[0]?.data ?? '') as Status).state, 'Idle');
  assert.equal((JSON.parse(events[1]?.data ?? '') as ProgressEvent).name, 'seedling');
});

test('a recorded answer is read', async () => {
  const events = await collect(eventsOf(bodyOf(cut(chatText, 101))));
  assert.equal(events.at(-1)?.data, '[DONE]');
  const parts = events.slice(0, -1).map((event) => partOf(event.data));
  assert.match(parts.map((part) => part.text ?? '').join(''), /"switch"/);
  assert.equal(parts.at(-1)?.tokens, 10);
  assert.ok((parts.at(-1)?.tokensPerSecond ?? 0) > 1);
  assert.equal(parts.find((part) => part.finish !== undefined)?.finish, 'stop');
});

test('an error inside the stream is thrown as a problem', () => {
  assert.throws(() => partOf('{"error":{"message":"The engine died.","code":"engine_died"}}'), { name: 'Problem', what: 'The engine died.' });
});
