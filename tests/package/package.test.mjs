// The Debian packages on a machine of their own: installed, used, upgraded, downgraded, removed, purged.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';

import { until } from '../support/home.mjs';
import { bootMachine, whyNot } from './machine.mjs';

const packages = process.env.LOCALSCALE_PACKAGES;
const skip = !packages ? 'LOCALSCALE_PACKAGES names no folder with packages' : process.env.LOCALSCALE_NO_MACHINE ?? (whyNot() || false);
const state = '/var/lib/localscale';
const config = '/etc/localscale/config.toml';
const units = ['localscale.service', 'localscale.socket', 'localscale-admin.socket'];

const debOf = (name) => readdirSync(packages).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb'));

/** The package `localscale` again, under the next version: what an update is to dpkg. */
function nextVersion(folder) {
  const tree = join(folder, 'tree');
  spawnSync('dpkg-deb', ['-R', join(packages, debOf('localscale')), tree]);
  const control = join(tree, 'DEBIAN/control');
  writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, (line) => `${line}+1`));
  const deb = join(folder, 'localscale-next.deb');
  const built = spawnSync('dpkg-deb', ['-Zgzip', '-z1', '--root-owner-group', '-b', tree, deb], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
  return deb;
}

describe('the Debian packages, unpacked', { skip: !packages }, () => {
  const tree = mkdtempSync(join(tmpdir(), 'localscale-tree-'));
  chmodSync(tree, 0o755);
  const say = (...command) => {
    const { status, stdout, stderr } = spawnSync(command[0], command.slice(1), { encoding: 'utf8' });
    assert.equal(status, 0, `${command.join(' ')}: ${stderr}`);
    return stdout;
  };
  before(() => { for (const name of ['localscale', 'localscale-engine', 'localscale-seedling']) say('dpkg-deb', '-x', join(packages, debOf(name)), tree); });
  after(() => { rmSync(tree, { recursive: true }); });

  test('hold plain files of root, and the config as one that is kept', () => {
    for (const line of say('dpkg-deb', '-c', join(packages, debOf('localscale'))).trim().split('\n')) {
      assert.match(line, /^(d|l|-)r[w-]x?[^s]*\s+root\/root\s/);
      assert.doesNotMatch(line, /llama|\.gguf/);
    }
    assert.match(say('dpkg-deb', '-I', join(packages, debOf('localscale')), 'conffiles'), /^\/etc\/localscale\/config\.toml$/m);
  });

  test('run with the same walls as plain processes, where there is no machine with systemd', { skip: !skip && 'the machine below says more' }, async () => {
    process.env.LOCALSCALE_BIN = join(tree, 'usr/lib/localscale/bin');
    const { startHome } = await import('../support/home.mjs?unpacked');
    for (const unit of units) {
      const file = join(tree, 'lib/systemd/system', unit);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('/usr/lib/localscale', join(tree, 'usr/lib/localscale')));
    }
    assert.equal(spawnSync('systemd-analyze', ['verify', '--man=no', ...units.map((unit) => join(tree, 'lib/systemd/system', unit))], { encoding: 'utf8' }).stderr, '');
    const home = await startHome();
    try {
      const asked = home.run('run', 'seedling', 'switch the kitchen lights off at nine');
      assert.equal(asked.code, 0, asked.stderr);
      assert.equal(JSON.parse(asked.stdout).intents[0].device, 'lights');
      const { walls } = await until('the walls were tested', () => { const status = JSON.parse(home.run('status', '--json').stdout); return status.walls?.length >= 3 && status; });
      assert.ok(walls.every((wall) => wall.stands), JSON.stringify(walls));
    } finally {
      await home.stop();
    }
  });
});

describe('the Debian packages', { skip }, () => {
  let machine;
  const status = () => JSON.parse(machine.run('localscale', 'status', '--json').stdout || '{}');
  const active = (unit) => machine.run('systemctl', 'is-active', unit).stdout.trim();
  const journal = () => machine.must('journalctl', '-u', 'localscale', '-n', '60', '--no-pager', '-o', 'cat');
  const as = (user, ...command) => machine.run('runuser', '-u', user, '--', 'env', `HOME=/home/${user}`, ...command);
  const ready = () => until('the home is ready', () => ['Idle', 'Busy', 'Loading'].includes(status().state));
  const keys = () => JSON.parse(machine.must('localscale', 'key', 'ls', '--json')).keys.map((key) => key.name);
  const installed = () => machine.must('dpkg-query', '-W', '-f', '${Version}', 'localscale');

  before(async () => {
    machine = await bootMachine();
    const folder = mkdtempSync(join(tmpdir(), 'localscale-debs-'));
    for (const name of ['localscale', 'localscale-engine', 'localscale-seedling']) machine.put(join(packages, debOf(name)), `/opt/${name}.deb`);
    machine.put(nextVersion(folder), '/opt/next.deb');
    rmSync(folder, { recursive: true });
  });
  after(async () => { await machine?.end(); });
  // Tests start it more often than an owner does: systemd's limit of starts is not what they are about.
  beforeEach(() => { machine.run('systemctl', 'reset-failed', 'localscale.service'); });

  test('installing them starts the home as a service', async () => {
    machine.must('dpkg', '-i', '/opt/localscale.deb', '/opt/localscale-engine.deb', '/opt/localscale-seedling.deb');
    await ready();
    for (const unit of units) assert.equal(active(unit), 'active', unit);
    assert.equal(machine.must('systemctl', 'show', '-P', 'NRestarts', 'localscale'), '0');
    assert.equal(machine.run('systemd-analyze', 'verify', ...units).stderr, '');
    // The supervisor is root; what it may do beyond building walls is shut. Lower is better, 10 the worst.
    machine.must('systemd-analyze', 'security', '--threshold=45', 'localscale.service');
  });

  test('a member of the group localscale asks Seedling; somebody else does not get in', () => {
    machine.must('useradd', '-m', '-G', 'localscale', 'alice');
    machine.must('useradd', '-m', 'bob');
    const asked = as('alice', 'localscale', 'run', 'seedling', 'switch the kitchen lights off at nine');
    assert.equal(asked.code, 0, asked.stderr);
    assert.equal(JSON.parse(asked.stdout).intents[0].device, 'lights');
    assert.equal(as('bob', 'localscale', 'status').code, 3);
    assert.notEqual(as('bob', 'localscale', '--config', config, 'key', 'create', 'mine').code, 0);
  });

  test('the escape probe finds no way out of the installed service', async () => {
    const names = ['house', 'fetcher', 'engine'];
    const wallOf = (name) => status().walls?.find((one) => one.name === name);
    await until('the walls were tested', () => names.every((name) => !/^$|not.*tested yet/.test(wallOf(name)?.detail ?? '')));
    for (const name of names) {
      const wall = wallOf(name);
      assert.ok(wall?.stands, `${name}: ${JSON.stringify(wall)}`);
    }
  });

  test('its processes have users of their own, no rights, and no network but the fetcher\'s', () => {
    const inside = (path) => machine.must('readlink', path);
    for (const [program, user] of [['localscaled', 'localscale-house'], ['localscale-fetcher', 'localscale-fetcher'], ['llama-server', 'localscale-engine']]) {
      const [pid] = machine.must('pgrep', '-u', user, '-x', program.slice(0, 15)).split('\n');
      const facts = machine.must('cat', `/proc/${pid}/status`);
      assert.match(facts, /^CapPrm:\t0+$/m, program);
      assert.match(facts, /^CapBnd:\t0+$/m, program);
      assert.match(facts, /^NoNewPrivs:\t1$/m, program);
      assert.match(facts, /^Seccomp:\t2$/m, program);
      for (const kind of ['mnt', 'pid', 'ipc', 'uts']) assert.notEqual(inside(`/proc/${pid}/ns/${kind}`), inside(`/proc/1/ns/${kind}`), `${program} ${kind}`);
      assert.equal(inside(`/proc/${pid}/ns/net`) === inside('/proc/1/ns/net'), program === 'localscale-fetcher', program);
    }
  });

  test('`up` does not start a stopped service beside its sockets, and tells the address of one that runs', async () => {
    const { stdout } = as('alice', 'localscale', 'up');
    assert.match(stdout, /already running at http:\/\/127.0.0.1:7411/);
    machine.must('systemctl', 'stop', 'localscale.service');
    const refused = machine.run('localscale', 'up');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /systemctl start localscale/);
    machine.must('systemctl', 'start', 'localscale.service');
    await ready();
  });

  test('who connects during a restart waits and is answered', async () => {
    const ask = () => machine.run('curl', '-s', '-m', '20', '-o', '/dev/null', '-w', '%{http_code}', 'http://127.0.0.1:7411/healthz').stdout;
    const restart = spawn('nsenter', ['-t', machine.init, '-a', '--', 'systemctl', 'restart', 'localscale']);
    const ended = new Promise((done) => { restart.once('exit', done); });
    const answers = [];
    for (let running = true; running;) {
      answers.push(ask());
      running = restart.exitCode === null && (await Promise.race([ended.then(() => 'done'), new Promise((done) => { setTimeout(done, 20); })])) !== 'done';
    }
    assert.deepEqual([...new Set(answers)], ['200']);
    await ready();
  });

  test('a supervisor that is killed comes back', async () => {
    const pid = machine.must('systemctl', 'show', '-P', 'MainPID', 'localscale');
    machine.must('kill', '-9', pid);
    await until('systemd started it again', () => !['0', pid].includes(machine.must('systemctl', 'show', '-P', 'MainPID', 'localscale')));
    await ready();
    assert.equal(active('localscale.socket'), 'active');
  });

  test('the config decides the port and a folder for models elsewhere', async () => {
    machine.write(config, `${machine.read(config)}\n[api]\nport = 8411\n[models]\ndirectory = "/srv/big disk/models"\n`);
    machine.must('systemctl', 'daemon-reload');
    machine.must('systemctl', 'restart', 'localscale.socket', 'localscale-admin.socket');
    await ready();
    machine.must('curl', '-sf', 'http://127.0.0.1:8411/healthz');
    assert.notEqual(machine.run('curl', '-s', 'http://127.0.0.1:7411/healthz').code, 0);
    assert.equal(machine.must('stat', '-c', '%U', '/srv/big disk/models/blobs'), 'localscale-fetcher');
  });

  test('a mistake in the config is told once, and not tried again', async () => {
    const good = machine.read(config);
    machine.write(config, `${good}nonsense = 1\n`);
    assert.notEqual(machine.run('systemctl', 'restart', 'localscale').code, 0);
    assert.equal(active('localscale'), 'failed');
    assert.equal(machine.must('systemctl', 'show', '-P', 'ExecMainStatus', 'localscale'), '78');
    assert.match(journal(), /nonsense/);
    machine.write(config, good);
    machine.must('systemctl', 'daemon-reload');
    machine.must('systemctl', 'start', 'localscale');
    await ready();
  });

  test('an upgrade and a downgrade keep the state and the edited config', async () => {
    machine.must('localscale', 'key', 'create', 'tablet');
    const before = installed();
    machine.must('dpkg', '-i', '/opt/next.deb');
    assert.equal(installed(), `${before}+1`);
    await ready();
    assert.deepEqual(keys(), ['tablet']);
    assert.match(machine.read(config), /8411/);
    machine.must('dpkg', '-i', '/opt/localscale.deb');
    assert.equal(installed(), before);
    await ready();
    assert.deepEqual(keys(), ['tablet']);
    assert.match(machine.read(config), /8411/);
  });

  test('a database of a newer program is refused with what to do, and kept', async () => {
    const database = `${state}/house/localscale.db`;
    const sql = (text) => machine.must('python3', '-c', `import sqlite3, sys
d = sqlite3.connect(sys.argv[1]); d.execute(sys.argv[2]); d.commit(); d.close()`, database, text);
    machine.must('systemctl', 'stop', 'localscale');
    sql("INSERT INTO schema_migrations VALUES (9999, 'from_the_future', 0)");
    machine.run('systemctl', 'start', 'localscale');
    await until('the service gave up', () => active('localscale') === 'failed');
    assert.match(journal(), /made by a newer Localscale.*nothing was changed/s);
    assert.match(journal(), /Update this Localscale/);
    sql('DELETE FROM schema_migrations WHERE number = 9999');
    machine.must('systemctl', 'start', 'localscale');
    await ready();
    assert.deepEqual(keys(), ['tablet']);
  });

  test('localscale down stops it and shuts its doors', async () => {
    machine.must('localscale', 'down');
    await until('the service and its sockets are gone', () => units.every((unit) => active(unit) === 'inactive'));
    machine.must('systemctl', 'start', 'localscale');
    await ready();
  });

  test('removing it stops the home and keeps the state for a later installation', async () => {
    machine.must('dpkg', '-r', 'localscale');
    assert.ok(!machine.has('/usr/bin/localscale') && !machine.has('/lib/systemd/system/localscale.service'));
    assert.equal(machine.run('pgrep', '-f', 'localscale-supervisor|localscaled').code, 1);
    assert.ok(machine.has(`${state}/house/localscale.db`));
    machine.must('dpkg', '-i', '/opt/localscale.deb');
    await ready();
    assert.deepEqual(keys(), ['tablet']);
  });

  test('purging it without an answer keeps keys, models and conversations, and says where', () => {
    const purged = machine.run('dpkg', '-P', 'localscale');
    assert.equal(purged.code, 0, purged.stderr);
    assert.match(purged.stderr, /kept in \/var\/lib\/localscale.*rm -r/);
    assert.ok(machine.has(`${state}/house/localscale.db`));
    assert.ok(!machine.has(config));
  });

  test('purging it with the owner\'s yes removes them', async () => {
    machine.must('dpkg', '-i', '/opt/localscale.deb');
    await ready();
    assert.deepEqual(keys(), ['tablet']);
    assert.equal(machine.feed('localscale localscale/purge-state boolean true\n', 'debconf-set-selections').code, 0);
    machine.must('dpkg', '-P', 'localscale', 'localscale-engine', 'localscale-seedling');
    assert.ok(!machine.has(state));
    assert.equal(machine.run('dpkg-query', '-W', 'localscale').stdout.includes('localscale'), false);
  });
});
