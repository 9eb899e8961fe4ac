// `doctor` of real homes: running, stopped, stuck, and with things that are wrong on purpose.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort, makeHome, startHome, until } from '../support/home.mjs';

/** {code, findings} of `doctor --json`. */
function examine(home) {
  const ran = home.run('doctor', '--json');
  return { code: ran.code, ...JSON.parse(ran.stdout) };
}
const of = (seen, check) => seen.findings.filter((finding) => finding.check === check);
const wrong = (seen) => seen.findings.filter((finding) => finding.level !== 'ok');
const told = (seen, check, level) => of(seen, check).filter((finding) => finding.level === level);

describe('a running home', () => {
  let home;
  before(async () => { home = await startHome({ config: { lan: { enabled: true, port: await freePort() } } }); });
  after(async () => { await home?.stop(); });

  test('has nothing that fails: walls, doors, tools, ports, disks, models, certificate', async () => {
    const seen = await until('the walls are tested', () => { const now = examine(home); return of(now, 'walls').length === 3 && now; });
    assert.deepEqual(seen.findings.filter((finding) => finding.level === 'failure'), []);
    assert.equal(seen.code, 0);
    for (const check of ['walls', 'doors', 'tools', 'ports', 'disk', 'models', 'certificate', 'config']) assert.ok(told(seen, check, 'ok').length > 0, check);
    assert.match(JSON.stringify(of(seen, 'certificate')), /holds for 39\d days/);
    assert.match(JSON.stringify(of(seen, 'ports')), /is this home's/);
    for (const finding of wrong(seen)) assert.ok(finding.next.length > 0, JSON.stringify(finding));
  });

  test('prints a line for each finding, and what to do below those that are not ok', () => {
    const { stdout } = home.run('doctor');
    assert.match(stdout, /^ok {7}walls {8}The wall of the house stands\.$/m);
    assert.match(stdout, /looked at: 0 failures, \d+ warnings?\.$/m);
  });

  test('finds damaged models, files of no model and unfinished pulls', () => {
    const models = join(home.stateFolder, 'models');
    writeFileSync(join(models, 'blobs', `sha256-${'e'.repeat(64)}`), 'left over');
    writeFileSync(join(models, 'incoming', `sha256-${'f'.repeat(64)}.journal`), 'x');
    writeFileSync(join(home.modelFolder, 'broken.gguf'), 'this is no model');
    const seen = examine(home);
    const text = JSON.stringify(told(seen, 'models', 'warning'));
    assert.match(text, /belong to no model/);
    assert.match(text, /Unfinished pulls keep/);
    assert.match(text, /broken/);
    assert.equal(seen.code, 0);
  });

  test('says that the house is stuck, and is not stuck itself', () => {
    const [house] = home.processes('localscaled');
    process.kill(house.pid, 'SIGSTOP');
    try {
      const begun = Date.now();
      const seen = examine(home);
      assert.ok(Date.now() - begun < 30_000);
      assert.equal(seen.code, 7);
      assert.match(JSON.stringify(told(seen, 'home', 'failure')), /does not answer.*localscale down; localscale up/);
    } finally {
      process.kill(house.pid, 'SIGCONT');
    }
  });
});

test('another user\'s home is told as that, and its parts are not called broken', { skip: process.getuid() !== 0 && 'needs root' }, async () => {
  const home = await startHome();
  chmodSync(home.folder, 0o755);
  home.options.user = '65534';
  const seen = examine(home);
  home.options.user = undefined;
  await home.stop();
  assert.equal(seen.code, 7);
  assert.deepEqual(seen.findings.filter((finding) => finding.level === 'failure').map((finding) => finding.check), ['home']);
});

test('a stopped home is a warning, not a failure, and nothing is made by looking', async () => {
  const home = await makeHome();
  const seen = examine(home);
  assert.equal(seen.code, 0, JSON.stringify(wrong(seen)));
  assert.match(JSON.stringify(told(seen, 'home', 'warning')), /localscale up/);
  assert.notEqual(spawnSync('test', ['-e', home.stateFolder]).status, 0);
});

test('names who holds a port, a token that others can read and an engine that is not there', async () => {
  const home = await makeHome();
  const server = createServer();
  await new Promise((done) => { server.listen(home.config.api.port, '127.0.0.1', done); });
  const token = join(home.folder, 'token');
  writeFileSync(token, 'secret');
  chmodSync(token, 0o644);
  const engine = join(home.folder, 'no-engine');
  mkdirSync(engine);
  writeFileSync(home.configFile, `${readFileSync(home.configFile, 'utf8')}
[engine]
directory = "${engine}"
[[fetcher.registries]]
name = "lab.example"
protocol = "ollama"
url = "https://lab.example"
token_file = "${token}"
`);
  const seen = examine(home);
  server.close();
  assert.equal(seen.code, 7);
  assert.match(JSON.stringify(told(seen, 'ports', 'failure')), new RegExp(`held by node \\(process ${process.pid}\\)`));
  assert.match(JSON.stringify(told(seen, 'config', 'failure')), /chmod 600/);
  assert.match(JSON.stringify(told(seen, 'tools', 'failure')), /llama-server/);
});

test('a config with a mistake is the first finding', async () => {
  const home = await makeHome();
  writeFileSync(home.configFile, 'nonsense = 1\n');
  const seen = examine(home);
  assert.equal(seen.code, 7);
  assert.match(seen.findings[0].what, /nonsense/);
});
