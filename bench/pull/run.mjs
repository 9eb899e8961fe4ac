// How fast a pull is: the fetcher (parallel ranges, sha256, durable file) against `curl | openssl sha256` of the same
// bytes, which writes nothing. Cold: the page cache is dropped before every run. Rounds are interleaved pairs; the figure
// is the median of the pairs' ratios, so that a machine whose disk is slower for a while weighs on both alike.
//   node bench/pull/run.mjs [--mib 1024] [--rounds 5] [--workers 0]
// --workers: nginx's worker processes; 0: one a core. With one, ranges of a file on a cold disk are served one by one.
// nginx serves a static manifest and blob on loopback; nothing but loopback is talked to.
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Fetcher, binaries } from '../../tests/support/fetcher.mjs';

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const mib = option('mib', 1024);
const rounds = option('rounds', 5);
const workers = option('workers', 0) || 'auto';
const bar = 0.9;
const roundTripMs = 5;

const folder = mkdtempSync(path.join(tmpdir(), 'bench-pull-'));
const children = [];

const freePort = () => new Promise((resolve) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

const connects = (port) => new Promise((resolve) => {
  const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
  socket.on('error', () => resolve(false));
});

const waitForPort = async (port) => {
  for (let i = 0; i < 100; i += 1) {
    if (await connects(port)) return;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  throw new Error(`nothing listens on ${port}`);
};

/** The blob on disk and a manifest for it, as nginx serves them. */
const makeFiles = () => {
  const root = path.join(folder, 'root/v2/library/bench');
  mkdirSync(path.join(root, 'blobs'), { recursive: true });
  mkdirSync(path.join(root, 'manifests'), { recursive: true });
  const hash = createHash('sha256');
  const blob = path.join(folder, 'root/blob');
  const file = openSync(blob, 'w');
  for (let i = 0; i < mib; i += 1) {
    const piece = randomBytes(1 << 20);
    hash.update(piece);
    writeSync(file, piece);
  }
  closeSync(file);
  const digest = `sha256:${hash.digest('hex')}`;
  const named = path.join(root, 'blobs', digest);
  execFileSync('mv', [blob, named]);
  writeFileSync(path.join(root, 'manifests/latest'), JSON.stringify({
    schemaVersion: 2, layers: [{ mediaType: 'application/vnd.ollama.image.model', digest, size: mib << 20 }] }));
  return { blob: named, digest };
};

const startNginx = async () => {
  const port = await freePort();
  const config = path.join(folder, 'nginx.conf');
  const user = process.getuid() === 0 ? 'user root;' : '';
  writeFileSync(config, `${user} daemon off; worker_processes ${workers}; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 64; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000;
  client_body_temp_path ${folder}/t1; proxy_temp_path ${folder}/t2; fastcgi_temp_path ${folder}/t3; uwsgi_temp_path ${folder}/t4; scgi_temp_path ${folder}/t5;
  server { listen 127.0.0.1:${port}; root ${folder}/root; } }`);
  children.push(spawn('/usr/sbin/nginx', ['-c', config, '-p', folder], { stdio: 'inherit' }));
  await waitForPort(port);
  return port;
};

const startDelayProxy = async (target) => {
  const port = await freePort();
  children.push(spawn(path.join(binaries, 'bench_delay_proxy'), [String(port), String(target), String(roundTripMs * 500)], { stdio: 'inherit' }));
  await waitForPort(port);
  return port;
};

/** So that the bytes come from the disk, for both alike. */
const dropCaches = (blob) => {
  execFileSync('sync');
  if (process.getuid() === 0) writeFileSync('/proc/sys/vm/drop_caches', '3');
  else execFileSync('dd', [`of=${blob}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none']);
};

const timed = async (work) => {
  const started = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - started) / 1e9;
};

const runCurl = (port, digest) => new Promise((resolve, reject) => {
  const command = `curl -sS http://127.0.0.1:${port}/v2/library/bench/blobs/${digest} | openssl sha256`;
  const shell = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  shell.stdout.on('data', (data) => { out += data; });
  shell.on('exit', () => (out.includes(digest.slice(7)) ? resolve() : reject(new Error(`curl got other bytes: ${out}`))));
});

const runPull = async (fetcher) => {
  const end = await fetcher.pull('bench').ended;
  if (end.event !== 'done') throw new Error(JSON.stringify(end));
};

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

const measure = async (port, { blob, digest }) => {
  const registry = { name: 'registry.ollama.ai', protocol: 'ollama', url: `http://127.0.0.1:${port}`, address: '127.0.0.1' };
  const fetcher = Fetcher.create({ registries: [registry], folder: path.join(folder, `home-${port}`) });
  const seconds = { curl: [], pull: [] };
  for (let round = 0; round < rounds; round += 1) {
    const tasks = [['curl', () => runCurl(port, digest)], ['pull', () => runPull(fetcher)]];
    for (const [name, work] of round % 2 === 0 ? tasks : tasks.reverse()) {
      rmSync(path.join(fetcher.blobs, digest.replace(':', '-')), { force: true });
      dropCaches(blob);
      seconds[name].push(await timed(work));
    }
  }
  await fetcher.remove();
  const ratio = median(seconds.curl.map((curl, pair) => curl / seconds.pull[pair]));
  return { curl: median(seconds.curl), pull: median(seconds.pull), ratio, all: seconds };
};

const report = (claim, rtt, { curl, pull, ratio, all }) => {
  const rate = (seconds) => `${((mib * 1.048576) / seconds).toFixed(0)} MB/s`;
  const text = (values) => values.map((value) => value.toFixed(2)).join(' ');
  console.log(`round trip ${rtt} ms   curl | openssl: ${curl.toFixed(2)} s (${rate(curl)})   pull: ${pull.toFixed(2)} s (${rate(pull)})`);
  console.log(`                    curl rounds: ${text(all.curl)}   pull rounds: ${text(all.pull)}`);
  const value = Number(ratio.toFixed(3));
  console.log(JSON.stringify({ bench: 'pull', claim, value, unit: 'ratio', bar, better: 'higher', ok: value >= bar,
    with: { mib, rounds, workers, round_trip_ms: rtt, curl_s: curl, pull_s: pull, delay: rtt === 0 ? 'none' : 'relay' } }));
  return value >= bar;
};

let ok = true;
try {
  const files = makeFiles();
  const port = await startNginx();
  ok = report('pull_vs_curl', 0, await measure(port, files)) && ok;
  ok = report('pull_vs_curl_5ms', roundTripMs, await measure(await startDelayProxy(port), files)) && ok;
} finally {
  for (const child of children) child.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = ok ? 0 : 1;
