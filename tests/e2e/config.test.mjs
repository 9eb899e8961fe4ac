// The config through the home, which cannot write it itself, and through the command line.
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ask, listen } from '../support/admin.mjs';
import { makeHome, sleep, startHome, until } from '../support/home.mjs';

const json = (ran) => JSON.parse(ran.stdout.trim());
const keyOf = (answer, path) => answer.body.sections.flatMap((section) => section.keys).find((key) => key.path === path);

describe('a running home', () => {
  let home;
  const text = () => readFileSync(home.configFile, 'utf8');
  before(async () => {
    home = await makeHome({ engine: 'stub' });
    writeFileSync(home.configFile, `# This comment stays.\n${text()}`);
    chmodSync(home.configFile, 0o640);
    await home.start();
  });
  after(async () => { await home?.stop(); });

  test('shows every key, changes one and keeps comments, order and mode', async () => {
    const shown = await ask(home, 'config');
    assert.equal(shown.status, 200);
    assert.equal(shown.body.writable, true);
    assert.equal(shown.body.file, home.configFile);
    const before = text();
    const changed = await ask(home, 'config', { method: 'PATCH', body: { values: { 'engine.slots': 2, 'lan.names': ['box.example'] } } });
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
    assert.equal(keyOf(changed, 'engine.slots').value, 2);
    assert.equal(keyOf(changed, 'engine.slots').running, 4);
    assert.ok(text().startsWith('# This comment stays.\n'));
    assert.ok(text().includes('names = ["box.example"]'));
    assert.equal(statSync(home.configFile).mode & 0o777, 0o640);
    const back = await ask(home, 'config', { method: 'PATCH', body: { values: { 'engine.slots': null, 'lan.names': null } } });
    assert.equal(back.status, 200);
    assert.equal(text(), `${before}\n[lan]\n`);
  });

  test('refuses what a page may not change, and wrong values, and then changes nothing', async () => {
    const before = text();
    const refused = await ask(home, 'config', { method: 'PATCH', body: { values: { 'engine.slots': 3, 'engine.directory': '/tmp/x', 'api.port': 0, 'api.allowed_origins': ['https://x.example'] } } });
    assert.equal(refused.status, 400);
    assert.equal(refused.body.error.code, 'invalid_config');
    assert.deepEqual(Object.keys(refused.body.error.fields).sort(), ['api.allowed_origins', 'api.port', 'engine.directory']);
    for (const body of ['', '{', '[]', { values: 3 }, { values: { 'models.folders': null } }]) assert.equal((await ask(home, 'config', { method: 'PATCH', body })).status, 400);
    assert.equal(text(), before);
  });

  test('sees what others write, and says where they broke it', async () => {
    const before = text();
    writeFileSync(home.configFile, before.replace('[api]', '[api]\nmax_connections = 100'));
    assert.equal(keyOf(await ask(home, 'config'), 'api.max_connections').value, 100);
    writeFileSync(home.configFile, `${before}\n[api\n`);
    const broken = await ask(home, 'config');
    assert.equal(broken.body.writable, false);
    assert.match(broken.body.problem, /not valid TOML/);
    assert.equal((await ask(home, 'config', { method: 'PATCH', body: { values: { 'engine.slots': 3 } } })).status, 400);
    writeFileSync(home.configFile, before);
  });

  test('is compared by the command line with what the file says', () => {
    const set = home.run('config', 'set', 'engine.slots', '3');
    assert.equal(set.code, 0, set.stderr);
    assert.match(set.stderr, /next start/);
    const got = home.run('config', 'get', 'engine.slots');
    assert.equal(got.stdout, '3\n');
    assert.match(got.stderr, /goes by 4/);
    const key = json(home.run('config', 'get', 'engine.slots', '--json'));
    assert.equal(key.schema, 'localscale.config.get/1');
    assert.deepEqual([key.value, key.default, key.running, key.needs_restart], [3, 4, 4, true]);
    assert.equal(home.run('config', 'unset', 'engine.slots').code, 0);
    assert.equal(home.run('config', 'set', 'state_directory', '/tmp/elsewhere/x').code, 1);
    assert.match(home.run('config', 'list').stdout, /^api\.port +\d+ +set; default 7411/m);
  });
});

describe('a config that somebody edits beside a running home', () => {
  let home;
  before(async () => { home = await startHome({ engine: 'stub' }); });
  after(async () => { await home?.stop(); });
  const running = async (path) => keyOf(await ask(home, 'config'), path).running;

  test('is told to open pages once, and live keys count without a restart', async () => {
    let told = 0;
    const stop = await listen(home, 'events', (event) => { told += event.event === 'config' ? 1 : 0; });
    const set = home.run('config', 'set', 'log.level', 'debug');
    assert.match(set.stderr, /takes it over/);
    await until('the page was told', () => told === 1, 10_000);
    assert.equal(await running('log.level'), 'debug');
    assert.equal(json(home.run('config', 'get', 'log.level', '--json')).needs_restart, false);
    home.run('config', 'set', 'api.allowed_hosts', 'box.example');
    await until('the host is known', async () => (await running('api.allowed_hosts'))[0] === 'box.example', 10_000);
    await until('the page was told again', () => told === 2, 10_000);
    const changed = await ask(home, 'config', { method: 'PATCH', body: { values: { 'engine.keep_alive_seconds': 60, 'engine.slots': 2 } } });
    assert.deepEqual(['engine.keep_alive_seconds', 'engine.slots'].map((path) => keyOf(changed, path).running), [60, 4]);
    await sleep(3000); // The supervisor sees the page's change, too; the pages know of it.
    assert.equal(told, 3);
    stop();
  });

  test('that is broken changes nothing of what the home goes by', async () => {
    const before = readFileSync(home.configFile, 'utf8');
    writeFileSync(home.configFile, `${before}\n[log\n`);
    await until('the log says so', () => home.log.includes('the home goes by what it has'), 10_000);
    assert.equal(await running('log.level'), 'debug');
    writeFileSync(home.configFile, before);
  });
});

describe('without a home', () => {
  let home;
  before(async () => { home = await makeHome(); rmSync(home.configFile); });
  after(() => { rmSync(home.folder, { recursive: true, force: true }); });
  const text = () => readFileSync(home.configFile, 'utf8');

  test('config set makes the file, get and list read it, unset takes keys out', () => {
    assert.equal(home.run('config', 'get', 'api.port').stdout, '7411\n');
    assert.equal(home.run('config', 'set', 'api.port', '7500').code, 0);
    assert.equal(home.run('config', 'set', 'lan.names', 'a.example', 'b.example').code, 0);
    assert.equal(home.run('config', 'set', 'api.allowed_hosts', 'c.example').code, 0);
    assert.equal(text(), '[api]\nport = 7500\nallowed_hosts = ["c.example"]\n\n[lan]\nnames = ["a.example", "b.example"]\n');
    const list = json(home.run('config', 'list', '--json'));
    assert.equal(list.keys.find((key) => key.key === 'api.port').value, 7500);
    assert.equal(list.keys.find((key) => key.key === 'api.port').running, null);
    assert.equal(json(home.run('config', 'unset', 'api.port', '--json')).value, 7411);
  });

  test('wrong words are told and change nothing', () => {
    const before = text();
    for (const [words, expected] of [
      [['set', 'api.port', '0'], /Takes a whole number from 1 to 65535/],
      [['set', 'api.prt', '1'], /Did you mean api.port/],
      [['set', 'api.port', '1', '2'], /takes one value/],
      [['set', 'api.port'], /./],
      [['set', 'lan.port', '7411'], /./],
      [['get', 'nothing'], /no such key/],
      [['unset', 'fetcher.registries'], /no such key/],
      [['frobnicate'], /./],
    ]) {
      const ran = home.run('config', ...words);
      if (words[1] === 'lan.port') continue; // Fine while the LAN door is shut.
      assert.equal(ran.code, 2, `${words}: ${ran.stderr}`);
      assert.match(ran.stderr, expected);
    }
    home.run('config', 'unset', 'lan.port');
    assert.equal(text(), before);
  });

  test('edit replaces the file by a valid copy only', () => {
    const before = text();
    const editor = (script) => { const path = join(home.folder, 'edit.sh'); writeFileSync(path, `#!/bin/sh\n${script}\n`); chmodSync(path, 0o755); return path; };
    const edit = (script, ...more) => { home.options.env = { VISUAL: editor(script), TMPDIR: home.folder }; return home.run('config', 'edit', ...more); };
    assert.equal(edit('echo "[log]" >> "$1"; echo "level = \\"warn\\"" >> "$1"').code, 0);
    assert.equal(text(), `${before}[log]\nlevel = "warn"\n`);
    assert.equal(json(edit('true', '--json')).changed, false);
    const after = text();
    const wrong = edit('echo "[api" >> "$1"');
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /\.toml:\d+:\d+: not valid TOML/);
    const [, kept] = wrong.stderr.match(/kept in (\S+)/);
    assert.ok(readFileSync(kept, 'utf8').endsWith('[api\n'));
    assert.equal(edit('exit 3').code, 1);
    assert.equal(text(), after);
    home.options.env = { VISUAL: '/nonexistent/editor' };
    assert.equal(home.run('config', 'edit').code, 4);
  });
});
