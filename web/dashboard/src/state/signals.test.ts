import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Problem } from '../api/problem.ts';
import { settled } from '../testing.ts';
import { link, onHomeEvent, otherVersion, samples, status, takeEvent } from './live.ts';
import { announce, announcement, attempt, notices, tell } from './notices.ts';
import { resource } from './resource.ts';
import recorded from '../api/recorded/status.json';

test('a resource keeps what it had while it is asked anew or fails', async () => {
  const answers: (() => Promise<number>)[] = [() => Promise.resolve(1), () => Promise.reject(new Problem('busy', 'no')), () => Promise.resolve(2)];
  const numbers = resource(() => (answers.shift() as () => Promise<number>)());
  assert.equal(numbers.state.value.phase, 'waiting');
  await numbers.load();
  assert.deepEqual(numbers.state.value, { phase: 'ready', value: 1 });
  await numbers.load();
  assert.equal(numbers.state.value.phase, 'failed');
  assert.equal(numbers.value, 1);
  await numbers.load();
  assert.equal(numbers.value, 2);
});

test('a slow old answer does not replace a newer one', async () => {
  const done: ((value: string) => void)[] = [];
  const words = resource(() => new Promise<string>((resolve) => { done.push(resolve); }));
  const [first, second] = [words.load(), words.load()];
  done[1]?.('new');
  done[0]?.('old');
  await Promise.all([first, second]);
  assert.equal(words.value, 'new');
});

test('a change of what is known makes a question that is on its way be asked anew', async () => {
  const done: ((value: string) => void)[] = [];
  const words = resource(() => new Promise<string>((resolve) => { done.push(resolve); }));
  words.set('a');
  words.update((value) => `${value}b`);
  assert.equal(words.value, 'ab');
  assert.equal(done.length, 0);
  void words.load();
  words.update((value) => `${value}c`);
  assert.equal(words.value, 'abc');
  done[0]?.('from before');
  done[1]?.('from after');
  await settled();
  assert.equal(words.value, 'from after');
});

test('a state event becomes the status and a sample; other events reach their handlers', () => {
  const seen: unknown[] = [];
  onHomeEvent('pull', (data) => seen.push(data));
  takeEvent('state', JSON.stringify(recorded));
  takeEvent('pull', '{"name":"x"}');
  takeEvent('pull', '{broken');
  assert.equal(status.value?.state, 'Idle');
  assert.equal(samples.value.length, 1);
  assert.deepEqual(seen, [{ name: 'x' }]);
  assert.equal(link.value, 'connecting');
});

/** Node.js 18 takes the list itself. */
function fakeTimers(): void {
  const apis: 'setTimeout'[] = ['setTimeout'];
  const isOld = Number(process.versions.node.split('.')[0]) < 20;
  mock.timers.enable((isOld ? apis : { apis }) as { apis: 'setTimeout'[] });
}

test('a home with another version is told', () => {
  takeEvent('state', JSON.stringify(recorded));
  assert.equal(otherVersion.value, null);
  takeEvent('state', JSON.stringify({ ...recorded, version: '9.9.9' }));
  assert.equal(otherVersion.value, '9.9.9');
});

test('what failed stays in view, what worked goes by itself', async () => {
  fakeTimers();
  tell('done');
  assert.equal(await attempt(() => Promise.reject(new Problem('busy', 'no'))), false);
  assert.equal(await attempt(() => Promise.resolve()), true);
  mock.timers.tick(10_000);
  assert.deepEqual(notices.value.map((notice) => notice.text), ['no']);
  for (let i = 0; i < 9; i += 1) tell(`n${i}`);
  assert.equal(notices.value.length, 4);
  mock.timers.reset();
});

test('the live region says at most one thing in two seconds, the newest', async () => {
  fakeTimers();
  announce('one');
  announce('two');
  announce('three');
  assert.equal(announcement.value, 'one');
  mock.timers.tick(2000);
  assert.equal(announcement.value, 'three');
  mock.timers.reset();
  await settled();
});
