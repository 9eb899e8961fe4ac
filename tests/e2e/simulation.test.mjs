// What homes decide about each other, in made-up neighbourhoods with faults: a broken run prints the line that replays it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { programs } from '../support/home.mjs';

const seeds = process.env.LOCALSCALE_LONG === '1' ? '1..1000' : '1..100';

test('no seed breaks what must always hold', () => {
  const { status, stdout, stderr } = spawnSync(join(programs, 'localscale-sim'), ['--seeds', seeds, '--quiet'], { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
});
