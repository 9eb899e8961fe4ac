// Starts a home with a stub engine, one with the real engine, nginx and Portkey's gateway, measures the claims of
// `./dev bench gateway` with bench_gateway, and prints a table and one line of JSON per claim.
// LOCALSCALE_BENCH_QUICK=1 takes fewer samples; LOCALSCALE_BENCH_ONLY=rps,ttft… only some parts.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { freePort, makeHome, programs, sleep, until } from '../../tests/support/home.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const quick = process.env.LOCALSCALE_BENCH_QUICK === '1';
const only = process.env.LOCALSCALE_BENCH_ONLY?.split(',');
const folder = mkdtempSync(join(tmpdir(), 'bench-gateway-'));
const cleanups = [() => rmSync(folder, { recursive: true, force: true })];
const rows = [];
const logFile = join(folder, 'home.log');

const wanted = (part) => !only || only.includes(part);
const round = (number, digits = 3) => Number(number.toFixed(digits));
const say = (text) => process.stderr.write(`${text}\n`);

/** Adds a claim's result. `better` says which side of the bar is good. */
function claim(name, value, unit, bar, better, details) {
  const ok = better === 'lower' ? value <= bar : value >= bar;
  rows.push({ bench: 'gateway', claim: name, value: round(value), unit, bar, better, ok, with: details });
  say(`  ${name} ${round(value)} ${unit} (${better === 'lower' ? '≤' : '≥'} ${bar}) ${ok ? 'ok' : 'MISSED'}`);
}

async function measure(...args) {
  const { stdout } = await promisify(execFile)(join(programs, 'bench_gateway'), args.map(String), { encoding: 'utf8', timeout: 300_000 });
  return JSON.parse(stdout);
}

/** The house restarts an idle engine when the free cores change; it does not see that we ask it directly. */
const steady = { threads: 1, tune: false };

const chat = (content, more = {}) => JSON.stringify({ model: 'seedling', messages: [{ role: 'user', content }], ...more });

/** The house's process: the oldest localscaled (for a moment there is another, which tries the walls). */
const housePid = (home) => Math.min(...home.processes('localscaled').map(({ pid }) => pid));

/** A way to ask the home's own engine directly: its socket, through the worker's root. */
async function engineSocket(home) {
  return until('the engine to be seen', () => home.processes('llama-server')
    .map(({ pid }) => `/proc/${pid}/root/run/engine.sock`).find((path) => existsSync(path)), 10_000);
}

async function startHome(options) {
  const home = await makeHome({ logFile, ...options });
  const started = performance.now();
  await home.start();
  home.startedMs = performance.now() - started;
  cleanups.push(() => home.stop());
  return home;
}

function startNginx(port, socket) {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ');
  const root = process.getuid() === 0 ? 'user root;' : '';
  writeFileSync(join(folder, 'nginx.conf'), `${root} worker_processes 1; daemon off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 100000000; ${temp}
  upstream engine { server unix:${socket}; keepalive 256; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://engine; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }
  }
}
`);
  return startProgram('nginx', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'nginx.log')], port);
}

async function startProgram(command, args, port, env = {}) {
  const child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin`, ...env } });
  let failure;
  child.once('error', (error) => { failure = error; });
  cleanups.push(() => child.kill('SIGTERM'));
  await until(`${command} to listen`, () => {
    if (failure) throw new Error(`${command} did not start: ${failure.message}`);
    return fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false);
  }, 20_000);
  return child;
}

async function stubOnPort(home) {
  const port = await freePort();
  const model = home.processes('llama-server')[0].args.match(/(?:-m|--model)\s+(\S+)/)?.[1];
  const file = join(folder, 'stub.gguf');
  writeFileSync(file, 'GGUF');
  await startProgram(join(programs, 'stub-llama-server'), ['-m', file, '--alias', 'seedling', '--port', String(port)], port);
  return { port, model };
}

/** The house alone, from its start to its first answer, and what it keeps when idle: bench_house's claims. */
async function measureStart() {
  const { stdout } = await promisify(execFile)(join(programs, 'bench_house'), [quick ? '3' : '15'], { encoding: 'utf8' });
  for (const line of stdout.split('\n').filter((text) => text.startsWith('{'))) {
    const row = JSON.parse(line);
    claim(row.claim, row.value, row.unit, row.bar, row.better, row.with);
  }
}

async function measureStub() {
  const home = await startHome({ engine: 'stub', config: { engine: { slots: 16, ...steady } } });
  const port = new URL(home.url).port;
  const first = await home.json('/v1/chat/completions', JSON.parse(chat('stub:fast')));
  if (first.status !== 200) throw new Error(`the home does not answer: ${JSON.stringify(first.body)}`);
  const socket = await engineSocket(home);
  let ratios = {};
  if (wanted('ttft')) {
    const body = chat('stub:rate=0 stub:tokens=4', { stream: true });
    const ttft = await measure('ttft', body, quick ? 300 : 3000, socket, port);
    claim('added_ttft_p50', ttft.added_p50, 'ms', 0.3, 'lower', ttft);
    claim('added_ttft_p99', ttft.added_p99, 'ms', 1.5, 'lower', ttft);
  }
  if (wanted('tokens')) {
    const body = chat(`stub:rate=2000 stub:tokens=${quick ? 1000 : 4000}`, { stream: true });
    for (const streams of [1, 16]) ratios[streams] = await measure('tokens', body, streams, quick ? 3 : 7, socket, port);
  }
  if (wanted('rps')) await measureRates(home, socket, port);
  if (wanted('sse')) {
    const pid = housePid(home);
    const idle = await measure('idle', chat('stub:idle', { stream: true }), 2000, pid, port);
    claim('sse2000_added_mib', idle.added_mib, 'MiB', 40, 'lower', idle);
  }
  await home.stop();
  return ratios;
}

async function measureRates(home, socket, port) {
  const nginxPort = await freePort();
  await startNginx(nginxPort, socket);
  const stub = await stubOnPort(home);
  const portkeyPort = await freePort();
  const portkey = join(here, '../node_modules/@portkey-ai/gateway/build/start-server.js');
  await startProgram('node', [portkey, `--port=${portkeyPort}`, '--headless'], portkeyPort, { NODE_ENV: 'production' });
  process.env.BENCH_HEADERS = `x-portkey-provider: openai\r\nx-portkey-custom-host: http://127.0.0.1:${stub.port}/v1\r\nauthorization: Bearer none\r\n`;
  const rates = await measure('rps', chat('stub:fast'), 16, quick ? 500 : 2000, quick ? 3 : 9, port, nginxPort, portkeyPort);
  const [house, nginx, other] = rates.rps;
  claim('rps_vs_nginx', rates.ratios[0], 'ratio', 0.7, 'higher', { house, nginx, connections: rates.connections, rounds: rates.rounds });
  claim('rps_vs_portkey', rates.ratios[1], 'ratio', 10, 'higher', { house, portkey: other, connections: rates.connections, rounds: rates.rounds });
}

/** Tokens through the house ÷ direct on the real engine with Seedling. */
async function measureSeedling() {
  const home = await startHome({ config: { engine: { slots: 16, ...steady } } });
  const port = new URL(home.url).port;
  const first = await home.json('/v1/chat/completions', JSON.parse(chat('Hello')));
  if (first.status !== 200) throw new Error(`Seedling does not answer: ${JSON.stringify(first.body)}`);
  const socket = await engineSocket(home);
  const body = chat('Hello', { stream: true, max_tokens: quick ? 100 : 400, ignore_eos: true, temperature: 0 });
  const ratios = {};
  for (const streams of [1, 16]) ratios[streams] = await measure('tokens', body, streams, quick ? 3 : 7, socket, port);
  await home.stop();
  return ratios;
}

function claimTokens(stub, seedling) {
  for (const streams of [1, 16]) {
    const parts = [stub[streams], seedling[streams]].filter(Boolean);
    if (parts.length === 0) continue;
    claim(`tokens_ratio_${streams}`, Math.min(...parts.map(({ ratio }) => ratio)), 'ratio', 0.98, 'higher', { stub: stub[streams], seedling: seedling[streams] });
  }
}

function print() {
  const width = Math.max(...rows.map((row) => row.claim.length));
  console.log(`${'claim'.padEnd(width)}  ${'value'.padStart(10)} unit   bar`);
  for (const row of rows) {
    console.log(`${row.claim.padEnd(width)}  ${String(row.value).padStart(10)} ${row.unit.padEnd(6)} ${row.better === 'lower' ? '≤' : '≥'} ${row.bar}${row.ok ? '' : '   MISSED'}`);
  }
  for (const row of rows) console.log(JSON.stringify(row));
}

try {
  if (wanted('start')) await measureStart();
  const stub = ['ttft', 'tokens', 'rps', 'sse'].some(wanted) ? await measureStub() : {};
  const seedling = wanted('seedling') ? await measureSeedling() : {};
  claimTokens(stub, seedling);
} catch (error) {
  say(`bench gateway: ${error.stack}`);
  if (existsSync(logFile)) say(readFileSync(logFile, 'utf8').split('\n').filter((line) => !/ GET | POST /.test(line)).slice(-15).join('\n'));
  process.exitCode = 1;
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup();
  if (rows.length > 0) print();
  if (rows.some((row) => !row.ok)) process.exitCode = 1;
}
