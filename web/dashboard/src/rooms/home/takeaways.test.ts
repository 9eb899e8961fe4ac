import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sample } from '../../api/types.ts';
import { reasonText } from './hero.tsx';
import { memoryTakeaway, powerTakeaway, speedTakeaway } from './takeaways.ts';

const sample = (tokens: number, gigabytes: number, watts: number | null): Sample => ({
  at_unix: 0, answer_tokens_per_second: tokens, memory_used_bytes: gigabytes * 1e9, models_bytes: 0, watts, answers: 0,
});

test('each chart says in one sentence what it shows', () => {
  const samples = [sample(0, 2, 10), sample(12, 5, 30), sample(18, 4, null), sample(0, 3, 20)];
  assert.equal(speedTakeaway(samples, 60), 'Answering for 50 % of the last hour; 18 tokens/s at its best.');
  assert.equal(memoryTakeaway(samples, 10, 8e9), 'Between 2.0 GB and 5.0 GB of 8.0 GB in the last 10 minutes.');
  assert.equal(powerTakeaway(samples, 1440), '20 W on average in the last 24 hours, 30 W at most.');
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
