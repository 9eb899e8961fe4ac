import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heights, rowsInView } from './heights.ts';

test('rows that were not measured are as high as the mean of the others', () => {
  const heights = new Heights(4, 100);
  assert.equal(heights.total, 400);
  heights.set(0, 50);
  heights.set(1, 150);
  assert.equal(heights.guess, 100);
  heights.set(1, 250);
  assert.equal(heights.guess, 150);
  assert.equal(heights.total, 50 + 250 + 150 + 150);
  assert.equal(heights.offset(2), 300);
});

test('the same height again changes nothing', () => {
  const heights = new Heights(2, 100);
  assert.ok(heights.set(0, 80));
  assert.ok(!heights.set(0, 80.2));
  assert.ok(!heights.set(9, 80));
});

test('every place belongs to the row that begins before it', () => {
  const heights = new Heights(1000, 40);
  for (let i = 0; i < 1000; i += 3) heights.set(i, 10 + (i % 90));
  for (let y = 0; y < heights.total; y += 7.5) {
    const index = heights.indexAt(y);
    assert.ok(heights.offset(index) <= y && y < heights.offset(index + 1) + 1e-6, `${y}`);
  }
  assert.equal(heights.indexAt(1e9), 999);
  assert.equal(heights.indexAt(-5), 0);
});

test('a shorter list forgets what it lost', () => {
  const heights = new Heights(3, 10);
  for (const [i, height] of [20, 30, 1000].entries()) heights.set(i, height);
  heights.resize(2);
  assert.equal(heights.total, 50);
  heights.resize(3);
  assert.equal(heights.total, 75);
});

test('ten thousand rows need only those in view', () => {
  const heights = new Heights(10_000, 100);
  assert.deepEqual(rowsInView(heights, 500_000, 800, 400), [4996, 5012]);
  assert.deepEqual(rowsInView(new Heights(0, 100), 0, 800, 400), [0, -1]);
  assert.deepEqual(rowsInView(new Heights(2, 100), 0, 800, 400), [0, 1]);
});
