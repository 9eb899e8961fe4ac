import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sample } from '../../api/types.ts';
import { reasonText } from './hero.tsx';
import { memoryTakeaway, powerTakeaway, speedTakeaway } from './takeaways.ts';

const sample = (tokens: number, gigabytes: number, watts: number | null, at = 0): Sample => ({
  at_unix: at, answer_tokens_per_second: tokens, memory_used_bytes: gigabytes * 1e9, models_bytes: 0, watts, answers: 0,
});

test('each chart says in one sentence what it shows', () => {
  const at = Array.from({ length: 361 }, (_, i) => i * 10);
  const hour = at.map((second) => sample(second > 1800 ? 12 : 0, 2, 20, second));
  assert.equal(speedTakeaway(hour, 60), 'Answering for 50 % of the last hour; 12 tokens/s at its best.');
  assert.equal(memoryTakeaway(hour, 60, 8e9), 'Between 2.0 GB and 2.0 GB of 8.0 GB in the last hour.');
  assert.equal(powerTakeaway(hour, 60), '20 W on average in the last hour, 20 W at most.');
});

test('a sentence says no more than was seen', () => {
  const samples = [sample(0, 2, 10), sample(12, 5, 30, 4), sample(18, 4, null, 8), sample(0, 3, 20, 16)];
  assert.equal(speedTakeaway(samples, 60), 'Answering for 50 % of the 16 s seen so far; 18 tokens/s at its best.');
  assert.equal(memoryTakeaway(samples, 10, 8e9), 'Between 2.0 GB and 5.0 GB of 8.0 GB in the 16 s seen so far.');
  assert.equal(powerTakeaway(samples, 1440), '20 W on average in the 16 s seen so far, 30 W at most.');
});

test('a sample counts for the time that it stands for, and a gap for none', () => {
  const seconds = Array.from({ length: 60 }, (_, i) => sample(5, 2, null, 3540 + i));
  const tens = Array.from({ length: 354 }, (_, i) => sample(0, 2, null, i * 10));
  assert.equal(speedTakeaway([...tens, ...seconds], 60), 'Answering for 1 % of the last hour; 5.0 tokens/s at its best.');
  assert.equal(speedTakeaway([...tens, ...seconds.slice(0, 1)], 60), 'Answering for less than 1 % of the last hour; 5.0 tokens/s at its best.');
});

test('nothing measured is said as such', () => {
  assert.equal(speedTakeaway([sample(0, 1, null)], 60), 'No answers in the last hour.');
  assert.equal(powerTakeaway([sample(0, 1, null)], 60), null);
});

test('the home’s reason becomes a sentence that does not repeat its state', () => {
  assert.equal(reasonText('ready; in memory: a:1b'), 'In memory: a:1b');
  assert.equal(reasonText('ready, but there is no model yet'), 'There is no model yet');
  assert.equal(reasonText('loading x'), 'Loading x');
  assert.equal(reasonText('ready'), 'Ready');
});
