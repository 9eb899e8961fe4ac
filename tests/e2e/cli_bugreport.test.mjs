// `bugreport` of a home with private things in every corner: none of them is in it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeHome } from '../support/home.mjs';

describe('a home with private things', () => {
  let home, secret, report;
  const prompt = 'zebrafinch confession about marmalade';
  before(async () => {
    home = await makeHome({ env: { USER: 'winifred', LOGNAME: 'winifred' } });
    const token = join(home.folder, 'private-token-file');
    writeFileSync(token, 'hf_VerySecretTokenOfWinifred', { mode: 0o600 });
    writeFileSync(home.configFile, `${readFileSync(home.configFile, 'utf8')}
[lan]
names = ["rosecottage.example"]
[[fetcher.registries]]
name = "hidden-registry.example"
protocol = "ollama"
url = "https://hidden-registry.example"
token_file = "${token}"
`);
    // As `up` does it: the log is a file.
    assert.equal(home.run('up').code, 0);
    home.run('run', 'seedling', prompt);
    home.run('cp', 'seedling', 'winifreds-diary');
    home.run('run', 'winifreds-diary', prompt);
    home.run('show', 'secretmodel');
    home.run('pull', 'hidden-registry.example/winifred/letters:1b');
    await fetch(`${home.url}/winifreds-secret-path`);
    mkdirSync(join(home.modelFolder, 'winifreds-folder'), { recursive: true });
    writeFileSync(join(home.modelFolder, 'winifreds-folder', 'damaged-diary.gguf'), 'no model');
    secret = JSON.parse(home.run('key', 'create', 'winifreds-tablet', '--json').stdout).secret;
    report = home.run('bugreport', '--output', '-');
  });
  after(() => { home?.run('down'); });

  test('the report says what helps', () => {
    assert.equal(report.code, 0, report.stderr);
    for (const part of ['== Versions', '== Config', '== Doctor', '== Log', 'localscale ', 'llama-server ', 'status=200']) assert.ok(report.stdout.includes(part), part);
    assert.match(report.stdout, /^api\.port = \d+$/m);
    assert.match(report.stdout, /^lan\.names = \(set\)$/m);
  });

  test('no key, token, name, prompt or path of the home is in it', () => {
    const words = ['zebrafinch', 'marmalade', 'winifred', 'rosecottage', 'hidden-registry', 'VerySecret', 'secretmodel', 'diary', 'letters',
      secret, secret.slice(3, 20), home.folder, home.folder.split('/').at(-1), 'private-token-file', 'seedling'];
    if (hostname().length > 2 && hostname() !== 'localhost') words.push(hostname());
    for (const word of words) {
      const line = report.stdout.split('\n').find((one) => one.includes(word));
      assert.equal(line, undefined, `'${word}' stands in: ${line}`);
    }
  });

  test('--with-names keeps names of models, and nothing else', () => {
    const { stdout } = home.run('bugreport', '--with-names', '--output', '-');
    assert.ok(stdout.includes('seedling'));
    for (const word of [secret, home.folder, 'VerySecret', 'zebrafinch']) assert.ok(!stdout.includes(word), word);
  });

  test('it asks before it writes, and writes a file for its owner alone', async () => {
    assert.equal(home.run('bugreport').code, 2);
    const file = join(home.folder, 'report.txt');
    const ask = (answers) => spawnSync('script', ['-qec', home.command('localscale', ['bugreport', '--output', file]).flat().map((word) => `'${word}'`).join(' '), '/dev/null'],
      { input: answers, encoding: 'utf8', env: { ...home.environment, TERM: 'xterm' } }).stdout;
    assert.match(ask('n\n'), /The report holds:[\s\S]*Nothing was written/);
    assert.ok(!existsSync(file));
    assert.match(ask('y\n'), /Written to/);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.match(home.run('bugreport', '--yes', '--output', file).stderr, /There is a file .* already; it was kept/);
  });
});
