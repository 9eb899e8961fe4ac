// The documents say what the programs do.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { programs } from '../support/home.mjs';

const document = (path) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const output = (program, ...args) => spawnSync(join(programs, program), args, { encoding: 'utf8' }).stdout;

test('docs/configuration.md shows every key with its default', () => {
  const [, shown] = document('docs/configuration.md').match(/```toml\n([\s\S]*?)```/);
  assert.equal(shown, output('localscale', 'config', '--default'));
});

test('docs/cli.md names every verb that the command line offers', () => {
  const help = output('localscale', '--help');
  const verbs = [...help.slice(help.indexOf('Subcommands:')).matchAll(/^ {2}([a-z-]+) /gm)].map(([, verb]) => verb);
  assert.ok(verbs.length > 12, help);
  for (const verb of verbs) assert.match(document('docs/cli.md'), new RegExp(`\\b${verb}\\b`), `docs/cli.md does not name '${verb}'`);
});

test('./dev help has one line for each verb of the README and CONTRIBUTING', () => {
  const help = spawnSync(fileURLToPath(new URL('../../dev', import.meta.url)), ['help'], { encoding: 'utf8' }).stdout;
  for (const verb of ['up', 'down', 'test', 'bench', 'lab', 'fmt', 'lint', 'clean', 'build']) assert.match(help, new RegExp(`^\\./dev ${verb}\\b`, 'm'));
  for (const line of help.trim().split('\n')) assert.match(line, /^\.\/dev \w+.* {2,}\S/, 'one line for each verb');
});
