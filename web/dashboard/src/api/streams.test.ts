import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf, collect, cut } from '../testing.ts';
import { jsonLinesOf, linesOf } from './lines.ts';
import { eventsOf, SseParser } from './sse.ts';

test('lines are whole wherever the pieces end, also inside a character', async () => {
  const text = 'eins\nzwei: grüße 🏡\r\n\ndrei';
  for (let size = 1; size <= text.length + 8; size += 1) {
    assert.deepEqual(await collect(linesOf(bodyOf(cut(text, size)))), ['eins', 'zwei: grüße 🏡', '', 'drei'], `pieces of ${size}`);
  }
});

test('leaving the loop ends the request', async () => {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new TextEncoder().encode('a\nb\n')), cancel: () => { cancelled = true; } });
  for await (const line of linesOf(body)) if (line === 'a') break;
  assert.ok(cancelled);
});

test('a line without an end is given up', async () => {
  const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(1_000_000).fill(97)) });
  await assert.rejects(collect(linesOf(endless)), /no end/);
});

test('JSON lines skip empty lines', async () => {
  assert.deepEqual(await collect(jsonLinesOf(bodyOf(['{"a":1}\n\n', '{"a"', ':2}\n']))), [{ a: 1 }, { a: 2 }]);
});

const stream = ': hello\nid: b1-7\nevent: pull\ndata: {"name":"x"}\n\ndata:one\ndata: two\n\nid\ndata: three\n\nevent: nothing\n\ndata: cut off';

test('events are the same in pieces of any size', async () => {
  const wanted = [
    { id: 'b1-7', type: 'pull', data: '{"name":"x"}' },
    { id: 'b1-7', type: 'message', data: 'one\ntwo' },
    { id: '', type: 'message', data: 'three' },
  ];
  for (let size = 1; size <= stream.length; size += 3) assert.deepEqual(await collect(eventsOf(bodyOf(cut(stream, size)))), wanted, `pieces of ${size}`);
});

test('an id with a zero byte is ignored', () => {
  const parser = new SseParser();
  for (const line of ['id: a\0b', 'data: x']) parser.take(line);
  assert.equal(parser.take('')?.id, '');
});

test('what comes before a break is kept', async () => {
  const seen: string[] = [];
  await assert.rejects(async () => { for await (const event of eventsOf(bodyOf(['data: 1\n\ndata: 2\n'], 'breaks'))) seen.push(event.data); }, TypeError);
  assert.deepEqual(seen, ['1']);
});
