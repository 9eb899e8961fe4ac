// Starts a home of its own for a test: real programs, a fresh state folder, free ports. Needs no npm package.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The folder of the programs under test. */
export const programs = resolve(process.env.LOCALSCALE_BIN ?? join(root, 'build/release/bin'));

export const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });

/** Polls until `probe` gives something true; fails with `what` after `timeoutMs`. */
export async function until(what, probe, timeoutMs = 30_000) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`gave up waiting: ${what}`);
    await sleep(25);
  }
}

export function freePort() {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

function tomlValue(value) {
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(', ')}]`;
  return JSON.stringify(value);
}

/** {section: {key: value}} as TOML; keys outside a section come first. */
export function toToml(config) {
  const lines = [];
  for (const [key, value] of Object.entries(config)) if (typeof value !== 'object') lines.push(`${key} = ${tomlValue(value)}`);
  for (const [section, keys] of Object.entries(config)) {
    if (typeof keys !== 'object') continue;
    if (Array.isArray(keys)) {
      for (const item of keys) lines.push(`[[${section}]]`, ...Object.entries(item).map(([key, value]) => `${key} = ${tomlValue(value)}`));
      continue;
    }
    lines.push(`[${section}]`);
    const tables = [];
    for (const [key, value] of Object.entries(keys)) {
      if (Array.isArray(value) && typeof value[0] === 'object') tables.push([key, value]);
      else lines.push(`${key} = ${tomlValue(value)}`);
    }
    for (const [key, items] of tables) {
      for (const item of items) lines.push(`[[${section}.${key}]]`, ...Object.entries(item).map(([name, value]) => `${name} = ${tomlValue(value)}`));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** A folder with the stub engine under llama-server's name. */
export function stubEngineFolder(parent) {
  const folder = join(parent, 'stub-engine');
  mkdirSync(folder, { recursive: true });
  for (const name of ['llama-server', 'llama-bench']) copyFileSync(join(programs, 'stub-llama-server'), join(folder, name));
  return folder;
}

const asUser = (user) => [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'];

/** Where `user` gets at the programs: a copy, if they lie where only root may go (a clone in /root, say). */
function reachablePrograms(user, parent) {
  if (spawnSync('setpriv', [...asUser(user), 'test', '-x', join(programs, 'localscale')]).status === 0) return programs;
  const copy = join(parent, 'programs');
  for (const part of ['bin', 'lib', 'share', 'engine']) cpSync(join(programs, '..', part), join(copy, part), { recursive: true, dereference: true });
  return join(copy, 'bin');
}

class Home {
  constructor(folder, config, options) {
    this.folder = folder;
    this.config = config;
    this.configFile = join(folder, 'config.toml');
    this.stateFolder = config.state_directory;
    this.url = `http://127.0.0.1:${config.api.port}`;
    this.options = options;
    this.log = '';
  }

  get environment() {
    return {
      ...process.env, NO_COLOR: '1', HOME: this.folder, XDG_DATA_HOME: join(this.folder, 'data'), XDG_CACHE_HOME: join(this.folder, 'cache'),
      LOCALSCALE_CONFIG: this.configFile, ...this.options.env,
    };
  }

  /** The command that runs `program` as this home's user. */
  command(program, args) {
    const { user } = this.options;
    if (!user) return [join(programs, program), args];
    this.reachable ??= reachablePrograms(user, this.folder);
    return ['setpriv', [...asUser(user), join(this.reachable, program), ...args]];
  }

  async start() {
    const [path, args] = this.command('localscale-supervisor', ['--config', this.configFile]);
    const out = this.options.logFile ? openSync(this.options.logFile, 'a') : 'pipe';
    this.supervisor = spawn(path, args, { env: this.environment, stdio: ['ignore', out, out] });
    for (const stream of [this.supervisor.stdout, this.supervisor.stderr].filter(Boolean)) stream.on('data', (data) => { this.log = (this.log + data).slice(-200_000); });
    this.exited = new Promise((done) => { this.supervisor.once('exit', (code, signal) => done({ code, signal })); });
    let ended = null;
    this.exited.then((how) => { ended = how; });
    await until('the home is ready', async () => {
      if (ended) throw new Error(`the supervisor ended (${JSON.stringify(ended)}):\n${this.log}`);
      try {
        const status = await (await fetch(`${this.url}/localscale/v1/status`)).json();
        return status.state && status.state !== 'Starting';
      } catch {
        return false;
      }
    }).catch((error) => { this.kill(); throw new Error(`${error.message}\n${this.log}`); });
    return this;
  }

  /** Runs the command line against this home: {code, stdout, stderr}. */
  run(...args) {
    const [path, all] = this.command('localscale', args);
    const { status, stdout, stderr } = spawnSync(path, all, { env: this.environment, encoding: 'utf8', input: '', timeout: 120_000 });
    return { code: status, stdout, stderr };
  }

  async json(path, body, method = body === undefined ? 'GET' : 'POST') {
    const response = await fetch(this.url + path, {
      method, headers: { 'Content-Type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text };
  }

  /** Signs in with a link of `localscale open`: the headers that a browser sends from then on. */
  async signIn() {
    const token = JSON.parse(this.run('open', '--print', '--json').stdout).url.split('token=')[1];
    const browser = { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin' };
    const response = await fetch(`${this.url}/localscale/v1/session`, { method: 'POST', headers: browser, body: JSON.stringify({ token }) });
    return { ...browser, Cookie: response.headers.get('set-cookie').split(';')[0], 'x-localscale-csrf': (await response.json()).csrf };
  }

  /** The processes below the supervisor whose command line contains `text`. */
  processes(text) {
    const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
    const rows = stdout.trim().split('\n').map((line) => line.trim().match(/^(\d+)\s+(\d+)\s+(.*)$/)).filter(Boolean)
      .map(([, pid, parent, args]) => ({ pid: Number(pid), parent: Number(parent), args }));
    const family = new Set([this.supervisor.pid]);
    for (let size = 0; size !== family.size;) {
      size = family.size;
      for (const row of rows) if (family.has(row.parent)) family.add(row.pid);
    }
    return rows.filter((row) => family.has(row.pid) && row.args.includes(text));
  }

  kill() { this.supervisor.kill('SIGKILL'); }

  async stop() {
    if (this.supervisor.exitCode === null && this.supervisor.signalCode === null) this.supervisor.kill('SIGTERM');
    const late = setTimeout(() => this.kill(), 20_000);
    const how = await this.exited;
    clearTimeout(late);
    if (!this.options.keep) rmSync(this.folder, { recursive: true, force: true });
    return how;
  }
}

/**
 * Makes a home, not started yet. Options: config (sections over the test defaults), engine ('real' or 'stub'),
 * user (run all of it as this unprivileged user), under (make its folder there), env, keep (leave the folder), logFile (write its log there instead
 * of keeping it: for benchmarks).
 */
export async function makeHome(options = {}) {
  const folder = mkdtempSync(join(options.under ?? tmpdir(), 'localscale-'));
  const state = join(folder, 'state');
  const models = join(folder, 'gguf');
  mkdirSync(models);
  const given = options.config ?? {};
  const config = {
    state_directory: state,
    ...given,
    api: { port: await freePort(), ...given.api },
    models: { folders: [models], use_ollama_store: false, use_huggingface_cache: false, use_llama_cache: false, ...given.models },
  };
  if (options.user && options.engine !== 'stub') {
    // The cached engine may lie in root's own home.
    cpSync(join(programs, '../engine'), join(folder, 'engine'), { recursive: true, dereference: true });
    config.engine = { directory: join(folder, 'engine'), ...given.engine };
  }
  if (options.engine === 'stub') config.engine = { directory: stubEngineFolder(folder), tune: false, ...given.engine };
  const home = new Home(folder, config, options);
  home.modelFolder = models;
  writeFileSync(home.configFile, toToml(config));
  if (options.user) {
    const [user, group] = ['-u', '-g'].map((which) => Number(spawnSync('id', [which, options.user], { encoding: 'utf8' }).stdout));
    for (const path of [folder, models]) chownSync(path, user, group);
  }
  return home;
}

export async function startHome(options = {}) {
  return (await makeHome(options)).start();
}
