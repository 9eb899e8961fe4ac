// What a person waits for the dashboard: its first contentful paint ÷ that of a static page from nginx, in Chromium over loopback with nothing
// cached. Pairs one after the other, so that whatever else the machine does meets both. A paint counts when the page's frame stands:
// its navigation and title, not any first dot.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchChromium, signedInState } from '../../tests/browser/chromium.mjs';
import { freePort, sleep, startHome, until } from '../../tests/support/home.mjs';

const pairs = Number(process.env.LOCALSCALE_BENCH_PAIRS ?? 21);

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>A home</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="style.css">
  </head>
  <body>
    <h1>A home</h1>
    <p>This page is a file. It has one stylesheet and no script, and says nothing that a program would have to find out.</p>
  </body>
</html>
`;
const style = `body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #222; background: #fafafa; }
h1 { font-size: 1.6rem; border-bottom: 1px solid #ccc; }
`;

/** A page of files from nginx with gzip: {url, stop}. */
async function startStaticPage() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-paint-'));
  const files = join(folder, 'files');
  mkdirSync(files);
  writeFileSync(join(files, 'index.html'), page);
  writeFileSync(join(files, 'style.css'), style);
  const port = await freePort();
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ');
  writeFileSync(join(folder, 'nginx.conf'), `${process.getuid() === 0 ? 'user root;' : ''} worker_processes 1; daemon off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;
events { worker_connections 64; }
http {
  access_log off; ${temp} sendfile on; tcp_nopush on;
  gzip on; gzip_min_length 0; gzip_types text/css;
  types { text/html html; text/css css; }
  server { listen 127.0.0.1:${port}; root ${files}; }
}
`);
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'nginx.log')], { stdio: 'ignore', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
  const ended = new Promise((done) => { child.once('exit', done); child.once('error', done); });
  const url = `http://127.0.0.1:${port}`;
  await until('nginx to answer', () => fetch(url).then(({ ok }) => ok, () => false), 10_000);
  return { url, stop: async () => { child.kill(); await ended; rmSync(folder, { recursive: true, force: true }); } };
}

/** Runs in the page before anything else of it, and does little, to leave the time alone: notes when all of `frame` is there, when the paint after that was, and when `alive` is. */
function watch({ frame, alive }) {
  const times = {};
  window.paintTimes = times;
  const isThere = (selector) => [...document.querySelectorAll(selector)].some((element) => element.textContent.trim() !== '' && !element.closest('[hidden]'));
  const observer = new MutationObserver(() => {
    if (times.frame === undefined && frame.every(isThere)) {
      times.frame = performance.now();
      requestAnimationFrame(() => setTimeout(() => { times.framePainted = performance.now(); }));
    }
    if (times.frame === undefined || (alive && !document.querySelector(alive))) return;
    times.alive = performance.now();
    observer.disconnect();
  });
  observer.observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ['hidden'] });
}

/** What `watch` noted, and when the first contentful paint was. */
async function noted() {
  const paint = await new Promise((done) => {
    new PerformanceObserver((list) => {
      const first = list.getEntries().find(({ name }) => name === 'first-contentful-paint');
      if (first) done(first.startTime);
    }).observe({ type: 'paint', buffered: true });
  });
  const times = window.paintTimes;
  while (times.alive === undefined || times.framePainted === undefined) await new Promise((done) => { setTimeout(done, 5); });
  return { ...times, paint };
}

/** The page is left alone for this long: asking it something costs it time. */
const aloneMs = 500;

/** Milliseconds from the navigation's start until the subject's frame is painted, in a browser that has seen nothing of it, and until it is alive. */
async function firstPaint(browser, { url, frame, alive, state }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, storageState: state });
  try {
    const tab = await context.newPage();
    await tab.addInitScript(watch, { frame, alive });
    await tab.goto(url);
    await sleep(aloneMs);
    const times = await tab.evaluate(noted);
    return { paint: times.frame <= times.paint ? times.paint : times.framePainted, alive: times.alive };
  } finally {
    await context.close();
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const table = (rows) => rows.map(([name, values, base]) => `    ${name.padEnd(22)} ${median(values).toFixed(1).padStart(7)} ms  (${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)})  ${(median(values) / base).toFixed(2)}\n`).join('');

export async function firstPaintVsStatic() {
  const plain = await startStaticPage();
  const home = await startHome({ engine: 'stub' });
  const browser = await launchChromium();
  try {
    const origin = home.url;
    // Each starts with a stored word, so that all begin their navigation in the same state.
    const stored = (at) => ({ cookies: [], origins: [{ origin: at, localStorage: [{ name: 'theme', value: 'system' }] }] });
    const subjects = {
      static_page: { url: `${plain.url}/`, frame: ['h1'], state: stored(plain.url) },
      dashboard: { url: `${origin}/`, frame: ['nav.rooms', 'main h1'], state: signedInState(origin, await home.signIn()), alive: '.hero' },
      sign_in: { url: `${origin}/`, frame: ['main h1'], state: stored(origin) },
    };
    const names = Object.keys(subjects);
    const alive = [];
    const taken = Object.fromEntries(names.map((name) => [name, []]));
    // The first round warms the browser up and does not count; each round begins with another page.
    for (let round = 0; round <= pairs; round += 1) {
      for (let i = 0; i < names.length; i += 1) {
        const name = names[(round + i) % names.length];
        const { paint, alive: aliveMs } = await firstPaint(browser, subjects[name]);
        if (round === 0) continue;
        taken[name].push(paint);
        if (name === 'dashboard') alive.push(aliveMs);
      }
    }
    const base = median(taken.static_page);
    process.stderr.write(table([...names.map((name) => [name, taken[name], base]), ['dashboard alive', alive, base]]));
    return {
      value: median(taken.dashboard) / base, unit: 'ratio', bar: 2, better: 'lower',
      with: {
        pairs, static_page_ms: Number(base.toFixed(1)), dashboard_ms: Number(median(taken.dashboard).toFixed(1)), sign_in_ms: Number(median(taken.sign_in).toFixed(1)),
        dashboard_alive_ms: Number(median(alive).toFixed(1)), sign_in_ratio: Number((median(taken.sign_in) / base).toFixed(3)),
      },
    };
  } finally {
    await browser.close();
    await home.stop();
    await plain.stop();
  }
}
