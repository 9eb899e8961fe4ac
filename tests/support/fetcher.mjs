// Starts a real localscale-fetcher with a config and folders of its own, through fetch_driver.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, mkdtempSync, mkdirSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const binaries = path.resolve(process.env.LOCALSCALE_BIN ?? path.join(root, 'build/debug/bin'));

const tomlValue = (value) => (typeof value === 'string' ? JSON.stringify(value) : String(value));

export class Fetcher {
  events = [];
  #waiters = [];
  #next = 1;

  /** registries: [{name, url, protocol, address?, token_file?}]; fetcher: keys of [fetcher]; env: e.g. a fault point. */
  static create({ registries = [], fetcher = {}, folder, retryBaseMs = 20, env = {} } = {}) {
    const self = new Fetcher();
    self.folder = folder ?? mkdtempSync(path.join(tmpdir(), 'fetcher-'));
    self.blobs = path.join(self.folder, 'models/blobs');
    self.incoming = path.join(self.folder, 'models/incoming');
    mkdirSync(self.blobs, { recursive: true });
    const lines = [`state_directory = ${tomlValue(self.folder)}`, '[fetcher]'];
    for (const [key, value] of Object.entries({ keep_free_bytes: 0, ...fetcher })) lines.push(`${key} = ${tomlValue(value)}`);
    for (const registry of registries) {
      lines.push('[[fetcher.registries]]');
      for (const [key, value] of Object.entries(registry)) lines.push(`${key} = ${tomlValue(value)}`);
    }
    lines.push('[log]', 'level = "debug"');
    self.config = path.join(self.folder, 'config.toml');
    writeFileSync(self.config, `${lines.join('\n')}\n`);
    self.args = ['--config', self.config, '--retry-base-ms', String(retryBaseMs), '--stall-seconds', '2'];
    self.env = env;
    self.start();
    return self;
  }

  start() {
    const driver = path.join(binaries, '../tests/fetch_driver');
    this.child = spawn(driver, [path.join(binaries, 'localscale-fetcher'), ...this.args], {
      stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...this.env },
    });
    this.log = '';
    this.child.stderr.on('data', (data) => { this.log += data; });
    this.child.stdin.on('error', () => {});
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const event = JSON.parse(line);
      this.events.push(event);
      this.#waiters = this.#waiters.filter((waiter) => !waiter(event));
    });
    this.started = this.wait((event) => event.event === 'started').then((event) => { this.pid = event.pid; return event; });
    this.exited = this.wait((event) => event.event === 'exit');
  }

  wait(matches) {
    return new Promise((resolve) => {
      this.#waiters.push((event) => {
        if (!matches(event)) return false;
        resolve(event);
        return true;
      });
    });
  }

  /** Asks; gives {id, ended}: `ended` is the done or failed event (or the exit of the process). */
  pull(name, have = []) {
    const id = this.#next;
    this.#next += 1;
    const ended = this.wait((event) => (event.id === id && (event.event === 'done' || event.event === 'failed')) || event.event === 'exit');
    this.child.stdin.write(`${JSON.stringify({ id, pull: name, have })}\n`);
    return { id, ended };
  }

  /** Looks at a model: {id, ended}; `ended` is the end or failed event. */
  peek(name, bytes = 1 << 20) {
    const id = this.#next;
    this.#next += 1;
    const ended = this.wait((event) => (event.id === id && (event.event === 'end' || event.event === 'failed')) || event.event === 'exit');
    this.child.stdin.write(`${JSON.stringify({ id, peek: name, bytes })}\n`);
    return { id, ended };
  }

  cancel(id) { this.child.stdin.write(`${JSON.stringify({ id, cancel: true })}\n`); }

  progress(id) { return this.events.filter((event) => event.id === id && event.event === 'progress'); }

  /** Until the download of `id` has at least so many bytes. */
  async reached(id, bytes) {
    const event = await this.wait((one) => (one.id === id && (one.event !== 'progress' || one.completed >= bytes)) || one.event === 'exit');
    if (event.event !== 'progress') throw new Error(`the pull ended early: ${JSON.stringify(event)}\n${this.log}`);
  }

  blob(digest) { return readFileSync(path.join(this.blobs, digest.replace(':', '-'))); }
  has(digest) { return existsSync(path.join(this.blobs, digest.replace(':', '-'))); }
  leftovers() { return existsSync(this.incoming) ? readdirSync(this.incoming) : []; }

  async kill() {
    await this.started;
    process.kill(this.pid, 'SIGKILL');
    await this.exited;
  }

  async stop() {
    this.child.stdin.end();
    return this.exited;
  }

  async remove() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const gone = new Promise((done) => { this.child.once('exit', done); });
      this.child.stdin.end();
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** How a config lists a test registry. */
export const listed = (registry, name = 'registry.ollama.ai', protocol = 'ollama', more = {}) => (
  { name, protocol, url: registry.url, address: '127.0.0.1', ...more });
