// Tab completion in the real shells, and `wait`, against a real home and without one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeHome, programs, startHome } from '../support/home.mjs';

const has = (shell) => spawnSync(shell, ['-c', 'true']).status === 0;
const script = (shell) => spawnSync(join(programs, 'localscale'), ['completion', shell], { encoding: 'utf8' }).stdout;

/** Types `keys` into an interactive shell on a terminal; gives what the terminal showed. */
function type(shell, keys, environment) {
  const { stdout } = spawnSync('script', ['-qec', shell, '/dev/null'],
    { input: keys, encoding: 'utf8', env: { ...environment, TERM: 'dumb', PATH: `${programs}:${process.env.PATH}` }, timeout: 20_000 });
  return stdout;
}

for (const shell of ['bash', 'zsh', 'fish']) {
  test(`the script for ${shell} is valid`, { skip: !has(shell) && 'not installed' }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'localscale-completion-'));
    writeFileSync(join(folder, shell), script(shell));
    const { status, stderr } = spawnSync(shell, ['-n', join(folder, shell)], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    assert.equal(status, 0, stderr);
  });
}

describe('a running home', () => {
  let home, folder;
  before(async () => {
    home = await startHome();
    folder = mkdtempSync(join(tmpdir(), 'localscale-completion-'));
    for (const shell of ['bash', 'zsh', 'fish']) writeFileSync(join(folder, shell), script(shell));
    home.run('cp', 'seedling', 'helper:7b');
  });
  after(async () => { await home?.stop(); if (folder) rmSync(folder, { recursive: true }); });

  test('bash completes verbs, options and models when Tab is pressed', () => {
    const typed = (words) => type('bash --norc --noprofile -i', `PS1=; bind 'set bell-style none'; source ${folder}/bash\n${words}\n`, home.environment);
    assert.match(typed('localscale vers\t'), /localscale \d+\.\d+/);
    assert.match(typed('localscale ls --js\t'), /"schema":"localscale\.ls\/1"/);
    assert.match(typed('localscale show seed\t'), /can do\s+completion/);
    assert.match(typed('localscale show helper:\t'), /can do\s+completion/);
  });

  test('zsh completes models when Tab is pressed', { skip: !has('zsh') && 'not installed' }, () => {
    const out = type('zsh -f -i', `autoload -Uz compinit; compinit -u -D; source ${folder}/zsh\nlocalscale show helper\t\nlocalscale vers\t\nexit\n`, home.environment);
    assert.match(out, /can do\s+completion/);
    assert.match(out, /localscale \d+\.\d+/);
  });

  test('fish completes verbs with their meaning, and models', { skip: !has('fish') && 'not installed' }, () => {
    const ask = (words) => spawnSync('fish', ['-c', `source ${folder}/fish; complete -C '${words}'`],
      { encoding: 'utf8', env: { ...home.environment, PATH: `${programs}:${process.env.PATH}` } }).stdout;
    assert.match(ask('localscale stat'), /^status\t\S/);
    assert.match(ask('localscale show help'), /^helper:7b$/m);
    assert.match(ask('localscale completion '), /^zsh$/m);
  });

  test('wait returns at once from a home that is ready and has the model', () => {
    assert.equal(home.run('wait').code, 0);
    const [line] = home.run('wait', '--for', 'model', 'seedling', '--json').stdout.split('\n');
    assert.equal(JSON.parse(line).schema, 'localscale.wait/1');
    const missing = home.run('wait', '--for', 'model', 'nobody', '--timeout', '1');
    assert.equal(missing.code, 6);
    assert.match(missing.stderr, /no model 'nobody'/);
    assert.equal(home.run('wait', '--for', 'model').code, 2);
    assert.equal(home.run('wait', 'seedling').code, 2);
    assert.equal(home.run('wait', '--for', 'rain').code, 2);
  });
});

test('without a home completion is quick and silent, and wait says what is missing', async () => {
  const home = await makeHome();
  const begun = Date.now();
  const ran = home.run('complete', '--', 'run', '');
  assert.deepEqual([ran.code, ran.stdout, ran.stderr], [0, '', '']);
  assert.ok(Date.now() - begun < 2000);
  const waited = home.run('wait', '--timeout', '1');
  assert.equal(waited.code, 6);
  assert.match(waited.stderr, /not running/);
});
