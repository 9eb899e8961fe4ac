// What the command line does only on a terminal: colours and progress. And the man pages.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { programs, startHome } from '../support/home.mjs';

const bold = '\x1b[1m';
const clearLine = '\x1b[K';

describe('a running home', () => {
  let home;
  before(async () => { home = await startHome(); });
  after(async () => { await home?.stop(); });

  /** What a terminal gets to see. */
  const shown = (words, environment) => {
    const [path, args] = home.command('localscale', words);
    const env = { ...home.environment, TERM: 'xterm', ...environment };
    if (environment.NO_COLOR === undefined) delete env.NO_COLOR;
    return spawnSync('script', ['-qec', [path, ...args].map((word) => `'${word}'`).join(' '), '/dev/null'], { env, encoding: 'utf8' }).stdout;
  };

  test('NO_COLOR, a dumb terminal and a pipe get no colours', () => {
    assert.ok(shown(['status'], {}).includes(bold));
    assert.ok(!shown(['status'], { NO_COLOR: '1' }).includes('\x1b['));
    assert.ok(!shown(['status'], { TERM: 'dumb' }).includes('\x1b['));
    assert.ok(!home.run('status').stdout.includes('\x1b'));
  });

  test('progress is shown on a terminal only, and neither with --json nor with --quiet', () => {
    assert.ok(shown(['doctor'], { NO_COLOR: '1' }).includes(clearLine));
    assert.ok(!shown(['doctor', '--json'], {}).includes('\x1b'));
    assert.ok(!shown(['doctor', '--quiet'], {}).includes('\x1b'));
    assert.equal(home.run('doctor').stderr, '');
  });
});

const man = join(programs, '../share/man');
const pages = existsSync(man) ? readdirSync(man, { recursive: true }).map(String).filter((name) => /\.\d$/.test(name)) : [];

test('there is a man page for each program and the config', () => {
  assert.deepEqual(pages.sort(), ['man1/localscale.1', 'man5/localscale.toml.5', 'man8/localscale-supervisor.8', 'man8/localscaled.8']);
});

test('the man pages are clean', { skip: spawnSync('mandoc', ['-h']).error && 'mandoc is not installed' }, () => {
  for (const page of pages) {
    const { stdout, stderr } = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', join(man, page)], { encoding: 'utf8' });
    assert.equal(stdout + stderr, '', page);
  }
});
