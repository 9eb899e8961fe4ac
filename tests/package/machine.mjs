// A throwaway machine that runs systemd: namespaces with an overlay over this system's root. Needs root.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

import { until } from '../support/home.mjs';

const init = join(dirname(fileURLToPath(import.meta.url)), 'machine-init.sh');

/** Where control groups of version 2 are, if anywhere. */
const groups = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((path) => existsSync(join(path, 'cgroup.procs')) && existsSync(join(path, 'cgroup.controllers')));

/** Why no such machine can be had here; empty if it can. */
export function whyNot() {
  if (process.getuid() !== 0) return 'root rights are needed';
  if (!existsSync('/lib/systemd/systemd')) return 'systemd is not installed';
  if (!groups) return 'there are no control groups of version 2';
  const tried = spawnSync('unshare', ['-m', '-p', '-f', '-u', '-i', '-n', '-C', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { encoding: 'utf8' });
  return tried.status === 0 ? '' : `namespaces cannot be made: ${tried.stderr.trim()}`;
}

function removeGroup(path) {
  for (const name of readdirSync(path)) if (statSync(join(path, name)).isDirectory()) removeGroup(join(path, name));
  rmdirSync(path);
}

class Machine {
  async boot() {
    this.work = mkdtempSync(join(tmpdir(), 'localscale-machine-'));
    this.group = join(groups, basename(this.work));
    mkdirSync(this.group);
    // Each of the chain ends with its parent: a test run that is broken off leaves no machine behind.
    const start = 'echo $$ >"$1/cgroup.procs" && exec setpriv --pdeathsig KILL unshare -m -p -f -u -i -n -C --propagation private --kill-child "$2" "$3"';
    this.starter = spawn('sh', ['-c', start, 'sh', this.group, init, this.work], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [this.starter.stdout, this.starter.stderr]) stream.on('data', (data) => { said += data; });
    this.ended = new Promise((done) => { this.starter.once('exit', done); });
    try {
      this.init = await until('the machine has a first process', () => {
        if (this.starter.exitCode !== null) throw new Error(`the machine did not start: ${said}`);
        return readFileSync(`/proc/${this.starter.pid}/task/${this.starter.pid}/children`, 'utf8').trim();
      });
      await until('systemd runs', () => /^(running|degraded)$/.test(this.run('systemctl', 'is-system-running').stdout.trim()), 60_000);
    } catch (error) {
      await this.end();
      throw error;
    }
    return this;
  }

  /** Runs a command in the machine: {code, stdout, stderr}. */
  run(...command) { return this.feed('', ...command); }

  feed(input, ...command) {
    const { status, stdout, stderr } = spawnSync('nsenter', ['-t', this.init, '-a', '--', 'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C.UTF-8',
      'DEBIAN_FRONTEND=noninteractive', 'NO_COLOR=1', ...command], { encoding: 'utf8', input, timeout: 120_000 });
    return { code: status, stdout, stderr };
  }

  /** As run, but must succeed; gives what it printed. */
  must(...command) {
    const { code, stdout, stderr } = this.run(...command);
    if (code !== 0) throw new Error(`${command.join(' ')}: status ${code}\n${stdout}${stderr}`);
    return stdout.trim();
  }

  /** A path in the machine as seen from here. */
  path(inside) { return join('/proc', this.init, 'root', inside); }

  put(file, inside) {
    mkdirSync(dirname(this.path(inside)), { recursive: true });
    copyFileSync(file, this.path(inside));
  }

  write(inside, text) { writeFileSync(this.path(inside), text); }
  read(inside) { return readFileSync(this.path(inside), 'utf8'); }
  has(inside) { return existsSync(this.path(inside)); }

  async end() {
    if (this.init) try { process.kill(Number(this.init), 'SIGKILL'); } catch { /* gone already */ }
    else this.starter.kill('SIGKILL');
    await this.ended;
    await until('its control groups are empty', () => { try { removeGroup(this.group); return true; } catch { return false; } }, 5_000).catch(() => {});
    rmSync(this.work, { recursive: true, force: true });
  }
}

export const bootMachine = () => new Machine().boot();
