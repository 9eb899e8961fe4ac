import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf } from '../testing.ts';
import { EventStream, pauseMs, type Link } from './event_stream.ts';
import { Problem } from './problem.ts';

interface Run { since: string[]; events: string[]; links: Link[]; gaps: number; pauses: number[] }

/** Runs a stream through these connections; a Problem is a connection that fails. Ends after the last. */
async function run(connections: (string | Problem)[], ends: 'ends' | 'breaks' = 'breaks'): Promise<Run> {
  const seen: Run = { since: [], events: [], links: [], gaps: 0, pauses: [] };
  const rest = [...connections];
  const stream = new EventStream({
    open: (since) => {
      const next = rest.shift();
      seen.since.push(since);
      if (rest.length === 0) queueMicrotask(() => undefined);
      return next instanceof Problem ? Promise.reject(next) : Promise.resolve(bodyOf([next ?? ''], ends));
    },
    wait: (ms) => {
      seen.pauses.push(ms);
      if (rest.length === 0) stream.close();
      return Promise.resolve();
    },
    random: () => 1,
    onEvent: (event) => seen.events.push(`${event.type}:${event.data}`),
    onLink: (link) => { if (seen.links.at(-1) !== link) seen.links.push(link); },
    onGap: () => { seen.gaps += 1; },
  });
  await stream.run();
  return seen;
}

const down = new Problem('offline', 'down');

test('after a break it asks from the last event on, and misses nothing', async () => {
  const seen = await run(['id: a-1\nevent: pull\ndata: 1\n\nid: a-2\nevent: pull\ndata: 2\n\n', down, 'id: a-3\nevent: pull\ndata: 3\n\n']);
  assert.deepEqual(seen.since, ['', 'a-2', 'a-2']);
  assert.deepEqual(seen.events, ['pull:1', 'pull:2', 'pull:3']);
  assert.deepEqual(seen.links, ['live', 'offline', 'live', 'offline']);
  assert.equal(seen.gaps, 0);
});

test('an event that the break cut off is taken from the replay', async () => {
  const seen = await run(['id: a-1\ndata: whole\n\nid: a-2\ndata: ha', 'id: a-2\ndata: half\n\n']);
  assert.deepEqual(seen.since, ['', 'a-1']);
  assert.deepEqual(seen.events, ['message:whole', 'message:half']);
});

test('a home without ids has gaps, which are told', async () => {
  const seen = await run(['event: state\ndata: {}\n\n', 'event: state\ndata: {}\n\n']);
  assert.equal(seen.gaps, 1);
  assert.deepEqual(seen.since, ['', '']);
});

test('a reset after the home started anew is a gap, and the old id is forgotten', async () => {
  const seen = await run(['id: a-9\ndata: x\n\n', 'event: reset\ndata: {}\n\nid: b-0\nevent: state\ndata: {}\n\n', 'data: y\n\n']);
  assert.equal(seen.gaps, 1);
  assert.deepEqual(seen.since, ['', 'a-9', 'b-0']);
});

test('the first connection is no gap', async () => {
  const seen = await run([down, down, 'data: x\n\n'], 'ends');
  assert.equal(seen.gaps, 0);
});

test('pauses grow to fifteen seconds and begin anew after success', async () => {
  const seen = await run([down, down, down, 'data: x\n\n', down]);
  assert.deepEqual(seen.pauses, [500, 1000, 2000, 500, 1000]);
  assert.equal(pauseMs(40, () => 1), 15_000);
  assert.equal(pauseMs(1, () => 0), 250);
});

test('a person can ask for it at once', async () => {
  let opened = 0;
  const stream = new EventStream({
    open: () => {
      opened += 1;
      if (opened === 2) stream.close();
      return Promise.reject(down);
    },
    onEvent: () => undefined, onLink: () => undefined, onGap: () => undefined,
  });
  const done = stream.run();
  setTimeout(() => stream.retryNow(), 5);
  await done;
  assert.equal(opened, 2);
});
