// The command line against a real home: every verb as people type it, and with --json.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort, makeHome, startHome, until } from '../support/home.mjs';

const lines = (text) => text.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));

describe('a running home', () => {
  let home;
  before(async () => { home = await startHome(); });
  after(async () => { await home?.stop(); });

  test('status says the state in one word with its reason', () => {
    const { code, stdout } = home.run('status');
    assert.equal(code, 0);
    assert.match(stdout, /^(Idle|Busy|Loading|Degraded): \S/);
    assert.ok(stdout.includes(home.url));
    const [json] = lines(home.run('status', '--json').stdout);
    assert.equal(json.schema, 'localscale.status/1');
    assert.equal(json.running, true);
    assert.match(json.state, /^\w+$/);
    assert.ok(json.reason.length > 3);
  });

  test('ls shows the shipped model with its size and where it is from', () => {
    assert.match(home.run('ls').stdout, /^seedling:latest\s+\S+ MB .*shipped/m);
    const [json] = lines(home.run('ls', '--json').stdout);
    assert.equal(json.schema, 'localscale.ls/1');
    assert.ok(json.models.some((model) => model.name === 'seedling:latest' && model.bytes > 0));
  });

  test('show tells what a model can do', () => {
    assert.match(home.run('show', 'seedling').stdout, /can do\s+completion/);
    assert.equal(lines(home.run('show', 'seedling', '--json').stdout)[0].schema, 'localscale.show/1');
    assert.equal(home.run('show', 'nobody').code, 4);
  });

  test('run answers, and with --json as a stream of events', () => {
    const { code, stdout, stderr } = home.run('run', 'seedling', 'hello');
    assert.equal(code, 0, stderr);
    assert.ok(stdout.trim().length > 0);
    const events = lines(home.run('run', 'seedling', 'hello', '--json').stdout);
    assert.ok(events.every((event) => event.schema === 'localscale.run/1'));
    assert.equal(events.at(-1).event, 'done');
    assert.ok(events.at(-1).answer_tokens > 0);
    const answer = events.slice(0, -1).filter((event) => event.event !== 'load');
    assert.ok(answer.length > 0 && answer.every((event) => event.event === 'text' && event.text.length > 0));
  });

  test('run reads what is piped in; chat uses the default model', async () => {
    const [path, args] = home.command('localscale', ['chat']);
    const child = spawn(path, args, { env: home.environment });
    let out = '';
    child.stdout.on('data', (data) => { out += data; });
    child.stdin.end('hello');
    const code = await new Promise((done) => { child.on('close', done); });
    assert.equal(code, 0);
    assert.ok(out.trim().length > 0);
  });

  test('ps lists what is in memory; stop unloads it', () => {
    home.run('run', 'seedling', 'hello');
    assert.match(home.run('ps').stdout, /^seedling:latest\s+ready/m);
    const [json] = lines(home.run('ps', '--json').stdout);
    assert.equal(json.schema, 'localscale.ps/1');
    assert.equal(json.loaded[0].name, 'seedling:latest');
    assert.equal(home.run('stop', 'seedling').code, 0);
    assert.equal(lines(home.run('ps', '--json').stdout)[0].loaded.length, 0);
    assert.equal(home.run('stop', 'seedling').code, 4);
  });

  test('on a terminal an answer stays where it was written', () => {
    const [path, args] = home.command('localscale', ['run', 'seedling', 'mute the tv']);
    const words = [path, ...args].map((word) => `'${word}'`).join(' ');
    const { stdout } = spawnSync('script', ['-qec', words, '/dev/null'], { env: { ...home.environment, TERM: 'xterm' }, encoding: 'utf8' });
    const answer = stdout.slice(stdout.lastIndexOf('\x1b[K') + 1);
    assert.match(answer, /\{"intents":\[.*\]\}\r?\n/, JSON.stringify(stdout));
  });

  test('cp gives a second name; rm takes it away; shipped models stay', () => {
    assert.equal(home.run('cp', 'seedling', 'helper').code, 0);
    assert.match(home.run('ls').stdout, /^helper:latest/m);
    assert.equal(home.run('run', 'helper', 'hello').code, 0);
    const taken = home.run('cp', 'seedling', 'helper');
    assert.equal(taken.code, 1);
    assert.match(taken.stderr, /There is a model 'helper:latest' already; it was kept.*localscale rm helper:latest/);
    assert.equal(home.run('cp', '--replace', 'seedling', 'helper').code, 0);
    assert.equal(home.run('cp', 'seedling', 'second').code, 0);
    const some = home.run('rm', 'nobody', 'second');
    assert.deepEqual([some.code, some.stdout.includes('second is removed.')], [4, true], some.stderr);
    assert.equal(lines(home.run('rm', 'helper', '--json').stdout)[0].schema, 'localscale.rm/1');
    assert.doesNotMatch(home.run('ls').stdout, /helper/);
    assert.equal(home.run('rm', 'helper').code, 4);
    assert.notEqual(home.run('rm', 'seedling').code, 0);
    assert.match(home.run('ls').stdout, /^seedling:latest/m);
  });

  test('keys are made, listed without their secret, and removed', () => {
    const made = lines(home.run('key', 'create', 'tablet', '--json').stdout)[0];
    assert.match(made.secret, /^ls-/);
    const list = home.run('key', 'ls').stdout;
    assert.match(list, /tablet/);
    assert.ok(!list.includes(made.secret));
    assert.equal(home.run('key', 'create', 'tablet').code, 1);
    assert.equal(home.run('key', 'rm', 'tablet').code, 0);
    assert.equal(home.run('key', 'rm', 'tablet').code, 4);
  });

  test('wrong input on purpose: the status and the text say what to do', () => {
    const wrong = [
      [['run', 'no-such-model', 'hi'], 4, /no-such-model/],
      [['run', '../../etc/passwd', 'hi'], 2, /./],
      [['pull', 'bad name!'], 2, /./],
      [['rm', 'no-such-model'], 4, /./],
      [['cp', 'seedling', '../x'], 2, /./],
      [['frobnicate'], 2, /not a verb/],
      [['run', 'seedling', ''], 2, /no question/],
      [['logs', '-n', 'x'], 2, /./],
      [['--config', '/nonexistent/dir/x.toml', 'version', 'extra'], 2, /./],
    ];
    for (const [words, code, text] of wrong) {
      const ran = home.run(...words);
      assert.ok([code].flat().includes(ran.code), `${words.join(' ')}: ${ran.code} ${ran.stderr}`);
      assert.match(ran.stderr, text, words.join(' '));
    }
  });

  test('every failure parses as JSON when --json is given', () => {
    for (const words of [['show', 'nobody'], ['run', 'nobody', 'x'], ['stop', 'nobody'], ['rm', 'nobody']]) {
      const ran = home.run(...words, '--json');
      const json = lines(ran.stdout).at(-1);
      assert.equal(json.schema, 'localscale.error/1', words.join(' '));
      assert.equal(json.exit, ran.code);
      assert.ok(json.error.message.length > 0);
    }
  });

  test('up says that the home runs already', () => {
    const { code, stdout } = home.run('up');
    assert.equal(code, 0);
    assert.match(stdout, /already running at http/);
  });

  const shell = (line) => spawnSync('/bin/bash', ['-c', line.replaceAll('localscale', home.command('localscale', [])[0])],
    { env: home.environment, encoding: 'utf8' });

  test('bytes that are no text are refused, wherever they come from', () => {
    const piped = shell(String.raw`printf '\xff hi' | localscale run seedling`);
    assert.equal(piped.status, 2);
    assert.match(piped.stderr, /piped in is not UTF-8/);
    const named = shell(String.raw`localscale show $'a\xffb'`);
    assert.equal(named.status, 2);
    assert.match(named.stderr, /command line is not UTF-8/);
  });

  test('output that cannot be written is an error; a reader that goes away is not', () => {
    assert.equal(shell('localscale ls > /dev/full').status, 1);
    assert.equal(shell('localscale ls >&-').status, 1);
    assert.equal(shell('localscale ls | true').stderr, '');
  });
});

describe('up and down', () => {
  test('up starts a home that outlives it, down ends it, and both may be repeated', async () => {
    const home = await makeHome();
    const up = home.run('up');
    try {
      assert.equal(up.code, 0, up.stderr);
      assert.ok(up.stdout.includes(home.url));
      assert.equal(home.run('run', 'seedling', 'hello').code, 0);
      assert.match(home.run('logs', '-n', '500').stdout, /ready/);
      assert.doesNotMatch(home.run('logs', '-n', '5000').stdout, /hello/, 'the log holds no prompt');
      assert.equal(lines(home.run('logs', '--json', '-n', '1').stdout)[0].schema, 'localscale.logs/1');
    } finally {
      assert.equal(home.run('down').code, 0);
    }
    assert.equal(home.run('status').code, 3);
    assert.match(home.run('status').stdout, /^Stopped: /);
    assert.match(home.run('down').stdout, /was not running/);
    assert.equal(home.run('ls').code, 3);
    await assert.rejects(fetch(home.url));
  });

  test('a state that is another user\'s says whose it is and what to do', { skip: process.getuid() !== 0 && 'needs root' }, async () => {
    const home = await startHome();
    try {
      chmodSync(home.folder, 0o755);  // The config can be read; the state is root's.
      const guest = Object.assign(Object.create(Object.getPrototypeOf(home)), home, { options: { ...home.options, user: 'daemon' } });
      for (const verb of ['up', 'down', 'status', 'ls']) {
        const { code, stdout, stderr } = guest.run(verb);
        assert.equal(code, 5, `${verb}: ${stdout}${stderr}`);
        assert.match(stderr, /Permission denied. \S+ belongs to root: run this with sudo, or name a state_directory of your own/, verb);
      }
    } finally {
      await home.stop();
    }
  });

  test('up tells where the running home serves when the config has changed, and that it does not answer when it is stuck', async () => {
    const home = await startHome();
    const [house] = home.processes('localscaled');
    try {
      const config = readFileSync(home.configFile, 'utf8');
      writeFileSync(home.configFile, config.replace(String(home.config.api.port), String(await freePort())));
      const other = home.run('up');
      assert.equal(other.code, 0, other.stderr);
      assert.ok(other.stdout.includes(home.url));
      assert.match(other.stderr, /The config says port \d+, where the running home does not serve/);
      process.kill(house.pid, 'SIGSTOP');
      for (const [verb, text] of [['status', /^Error: the supervisor \(process \d+\) runs, but the house does not answer/], ['up', /does not answer/]]) {
        const { code, stdout, stderr } = home.run(verb);
        assert.equal(code, 6, stdout + stderr);
        assert.match(stdout + stderr, text);
      }
      assert.equal(JSON.parse(home.run('status', '--json').stdout).state, 'Error');
      const asked = home.run('run', 'seedling', 'hello');
      assert.equal(asked.code, 6, asked.stderr);
      assert.match(asked.stderr, /The home is stuck/);
    } finally {
      process.kill(house.pid, 'SIGCONT');
      await home.stop();
    }
  });

  test('a config with mistakes names each line and nothing is started', async () => {
    const home = await makeHome({ config: { api: { port: 70_000 }, log: { level: 'loud' } } });
    const up = home.run('up');
    assert.equal(up.code, 2);
    assert.match(up.stderr, /config\.toml:\d+: api\.port must be a whole number from 1 to 65535, not 70000/);
    assert.match(up.stderr, /log\.level must be one of/);
    assert.ok(!existsSync(home.stateFolder));
  });

  test('a busy port is told by its number and key', async () => {
    const first = await startHome();
    try {
      const second = await makeHome({ config: { api: { port: first.config.api.port } } });
      const up = second.run('up');
      assert.equal(up.code, 1);
      assert.match(up.stderr, new RegExp(String(first.config.api.port)));
      assert.equal(second.run('status').code, 3);
    } finally {
      await first.stop();
    }
  });

  test('--ollama-port also serves where Ollama does, and says so where that is taken', async () => {
    const [first, second] = [await makeHome(), await makeHome()];
    const ask = async () => (await fetch('http://127.0.0.1:11434/api/tags')).json();
    const ollamaDoor = (home) => JSON.parse(home.run('status', '--json').stdout).doors.find((door) => door.name === 'ollama');
    try {
      assert.equal(first.run('up', '--ollama-port').code, 0);
      assert.equal((await ask()).models[0].name, 'seedling:latest');
      assert.equal(ollamaDoor(first).open, true);
      const up = second.run('up', '--ollama-port');
      assert.equal(up.code, 0);
      assert.match(up.stderr, /The ollama door stays shut: .*11434/);
      assert.equal(ollamaDoor(second).open, false);
      assert.equal(JSON.parse(second.run('up', '--json').stdout).doors.find((door) => door.name === 'ollama').open, false);
      assert.match(ollamaDoor(second).note, /11434/);
    } finally {
      for (const home of [first, second]) home.run('down');
    }
  });

  test('a damaged database is refused by name and kept', async () => {
    const home = await makeHome();
    const file = join(home.stateFolder, 'house', 'localscale.db');
    assert.equal(home.run('up').code, 0);
    assert.equal(home.run('down').code, 0);
    writeFileSync(file, 'these are notes, not a database'.repeat(300));
    const up = home.run('up');
    try {
      assert.notEqual(up.code, 0);
      assert.equal(up.stderr.match(/localscale\.db cannot be used/g)?.length, 1, up.stderr);
      assert.doesNotMatch(up.stderr, /signal|started again/);
      assert.match(home.run('logs').stdout, /ready after/);
      assert.doesNotMatch(up.stderr, /ready after/, 'that was the run before');
      assert.ok(readFileSync(file, 'utf8').startsWith('these are notes'));
    } finally {
      home.run('down');
    }
  });

  test('^C stops the answer and not the conversation', { skip: !existsSync('/usr/bin/script') && 'needs script(1)' }, async () => {
    const home = await startHome();
    try {
      const [path] = home.command('localscale', []);
      const child = spawn('/usr/bin/script', ['-qec', `exec ${path} run seedling`, '/dev/null'], { env: { ...home.environment, TERM: 'xterm' } });
      let out = '';
      child.stdout.on('data', (data) => { out += data; });
      await until('the first prompt', () => out.includes('>>>'));
      child.stdin.write('hello\n');
      await until('the answer', () => out.split('>>>').length > 2);
      child.stdin.write('\x03');
      await until('the hint', () => out.includes('(leave with /bye or ^D)'));
      child.stdin.write('/bye\n');
      const code = await new Promise((done) => { child.on('close', done); });
      assert.equal(code, 0);
    } finally {
      await home.stop();
    }
  });

  test('no process of a home is left after down', async () => {
    const home = await startHome();
    const folder = home.folder;
    await home.stop();
    const left = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
      try { return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder); } catch { return false; }
    });
    assert.deepEqual(left.filter((pid) => Number(pid) !== process.pid), []);
  });
});
