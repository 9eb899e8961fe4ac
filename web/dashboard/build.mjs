// Builds the dashboard: hashed, minified, pre-compressed files in build/dashboard, and their sizes.
//   node build.mjs [--out FOLDER] [--watch]
// Fails when the first load is larger than the house's bar.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const { values: options } = parseArgs({
  options: { out: { type: 'string', default: join(here, '../../build/dashboard') }, watch: { type: 'boolean', default: false } },
});
const out = resolve(options.out);
const firstLoadMaxBytes = 80 * 1024;

const settings = {
  absWorkingDir: here,
  entryPoints: { main: 'src/main.tsx', style: 'src/style/all.css' },
  outdir: out,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: ['es2022'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: !options.watch,
  legalComments: 'none',
  metafile: true,
  // In a folder of their own, so that the home has one route for all of them.
  entryNames: options.watch ? 'page/[name]' : 'page/[name]-[hash]',
  chunkNames: options.watch ? 'page/[name]' : 'page/[name]-[hash]',
};

/** What comes with the entry, and what it loads later as far as `lazily` names its source. */
function reached(outputs, entry, lazily = []) {
  const wanted = new Set();
  const visit = (path) => {
    if (wanted.has(path)) return;
    wanted.add(path);
    for (const { path: next, kind } of outputs[path].imports) {
      if (kind !== 'dynamic-import' || lazily.includes(outputs[next].entryPoint)) visit(next);
    }
  };
  visit(entry);
  return wanted;
}

function writePage(script, style, early) {
  // The browser fetches what the entry imports along with it, not one after the other.
  const address = (path) => relative(out, resolve(here, path));
  const preloads = early.map((path) => `    <link rel="modulepreload" href="${address(path)}">\n`).join('');
  const page = readFileSync(join(here, 'index.html'), 'utf8').replace('main.js', address(script)).replace('style.css', address(style)).replace('  </head>', `${preloads}  </head>`);
  writeFileSync(join(out, 'index.html'), page);
}

function compressed(path) {
  const bytes = gzipSync(readFileSync(path), { level: 9 });
  writeFileSync(`${path}.gz`, bytes);
  return bytes.length;
}

const kib = (bytes) => `${(bytes / 1024).toFixed(1).padStart(7)} KiB`;

function report({ outputs }) {
  const named = (source) => Object.keys(outputs).find((path) => outputs[path].entryPoint === source);
  const [script, style] = [named('src/main.tsx'), named('src/style/all.css')];
  writePage(script, style, [...reached(outputs, script)].filter((path) => path !== script));
  // Home, the first room, draws its chart.
  const inFirst = reached(outputs, script, ['src/parts/chart_canvas.ts']).add(style);
  let first = compressed(join(out, 'index.html'));
  let all = first;
  const rows = [[first, 'index.html', true]];
  for (const path of Object.keys(outputs)) {
    const size = compressed(resolve(here, path));
    all += size;
    if (inFirst.has(path)) first += size;
    rows.push([size, relative(out, resolve(here, path)), inFirst.has(path)]);
  }
  console.log('   gzip      file (* first load)');
  for (const [size, name, early] of rows.sort((a, b) => b[0] - a[0])) console.log(`${kib(size)}  ${early ? '*' : ' '} ${name}`);
  console.log(`${kib(first)}    first load (bar: ${firstLoadMaxBytes / 1024} KiB)`);
  console.log(`${kib(all)}    everything`);
  writeFileSync(join(out, 'sizes.json'), `${JSON.stringify({ first_load_gzip_bytes: first, all_gzip_bytes: all })}\n`);
  return first;
}

/** What changed between two builds shows in one line: the same sources give the same digest. */
function digestOf({ outputs }) {
  const hash = createHash('sha256');
  for (const path of Object.keys(outputs).sort()) hash.update(readFileSync(resolve(here, path)));
  return hash.digest('hex').slice(0, 16);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
if (options.watch) {
  const page = { name: 'page', setup: (build) => build.onEnd(({ metafile }) => { if (metafile) report(metafile); }) };
  await (await esbuild.context({ ...settings, sourcemap: 'inline', plugins: [page] })).watch();
} else {
  const { metafile } = await esbuild.build(settings);
  const first = report(metafile);
  console.log(`digest ${digestOf(metafile)}`);
  if (first > firstLoadMaxBytes) {
    console.error(`The first load is ${first} bytes, more than ${firstLoadMaxBytes}: load later what only one room needs.`);
    process.exit(7);
  }
}
