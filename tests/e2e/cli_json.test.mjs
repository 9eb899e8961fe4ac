// What every verb prints with --json is what docs/schemas says.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mistakes } from '../support/json_schema.mjs';
import { freePort, makeHome, startHome } from '../support/home.mjs';

const folder = fileURLToPath(new URL('../../docs/schemas/', import.meta.url));
const schema = (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));

/** Runs the verb and checks each line that it prints. */
function check(home, name, words, code = 0) {
  const ran = home.run(...words, '--json');
  assert.equal(ran.code, code, `${words.join(' ')}: ${ran.stdout}${ran.stderr}`);
  const lines = ran.stdout.trim().split('\n').map((line) => JSON.parse(line));
  for (const line of lines) assert.deepEqual(mistakes(schema(name), line), [], `${words.join(' ')}: ${JSON.stringify(line)}`);
  return lines;
}

describe('a running home', () => {
  let home;
  before(async () => { home = await startHome({ config: { lan: { enabled: true, port: await freePort() } } }); });
  after(async () => { await home?.stop(); });

  test('every verb of the help has a schema', () => {
    const verbs = home.run('complete', '--', '').stdout.trim().split('\n').map((line) => line.split('\t')[0]);
    assert.ok(verbs.length > 15);
    for (const verb of verbs) {
      const below = home.run('complete', '--', verb, '').stdout.trim().split('\n').map((line) => line.split('\t')[0]);
      const names = ['key', 'models', 'config'].includes(verb) ? below.map((word) => `${verb}.${word}`) : [verb === 'chat' ? 'run' : verb];
      for (const name of names) assert.ok(existsSync(join(folder, `${name}.json`)), `docs/schemas/${name}.json`);
    }
  });

  test('each prints what its schema says', () => {
    check(home, 'run', ['run', 'seedling', 'mute the tv']);
    check(home, 'status', ['status']);
    check(home, 'wait', ['wait']);
    check(home, 'wait', ['wait', '--for', 'model', 'seedling']);
    check(home, 'ls', ['ls']);
    check(home, 'show', ['show', 'seedling']);
    check(home, 'ps', ['ps']);
    check(home, 'stop', ['stop', 'seedling']);
    check(home, 'cp', ['cp', 'seedling', 'helper']);
    check(home, 'rm', ['rm', 'helper']);
    check(home, 'key.create', ['key', 'create', 'tablet']);
    check(home, 'key.ls', ['key', 'ls']);
    check(home, 'key.rm', ['key', 'rm', 'tablet']);
    check(home, 'config', ['config']);
    check(home, 'config', ['config', '--default']);
    check(home, 'config.list', ['config', 'list']);
    check(home, 'config.list', ['config', 'get']);
    check(home, 'config.get', ['config', 'get', 'engine.slots']);
    check(home, 'config.set', ['config', 'set', 'engine.slots', '3']);
    check(home, 'config.unset', ['config', 'unset', 'engine.slots']);
    check(home, 'models.fit', ['models', 'fit']);
    check(home, 'models.fit', ['models', 'fit', 'seedling']);
    check(home, 'open', ['open', '--print']);
    check(home, 'bench', ['bench']);
    check(home, 'bench.kept', ['bench', '--kept']);
    check(home, 'version', ['version']);
    check(home, 'completion', ['completion', 'zsh']);
    check(home, 'update', ['update', '--check']);
    check(home, 'bugreport', ['bugreport', '--yes', '--output', join(home.folder, 'report.txt')]);
    check(home, 'up', ['up']);
    check(home, 'doctor', ['doctor']);
  });

  test('each failure prints what the schema of errors says', () => {
    check(home, 'error', ['show', 'nobody'], 4);
    check(home, 'error', ['frobnicate'], 2);
    check(home, 'error', ['wait', '--for', 'model'], 2);
    check(home, 'error', ['bugreport'], 2);
    check(home, 'error', ['update'], 2);
    check(home, 'error', ['config', 'get', 'engine.slosts'], 2);
    check(home, 'error', ['config', 'set', 'engine.slots', 'many'], 2);
  });
});

test('a stopped home', async () => {
  const home = await makeHome();
  check(home, 'status', ['status'], 3);
  check(home, 'down', ['down']);
  check(home, 'error', ['ls'], 3);
  check(home, 'doctor', ['doctor']);
  check(home, 'up', ['up']);
  check(home, 'logs', ['logs', '-n', '3']);
  check(home, 'down', ['down']);
});
