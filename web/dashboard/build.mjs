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
  // All of them while one works on them, so that a change of any builds anew.
  entryPoints: { main: 'src/main.tsx', ...(options.watch ? { boot: 'src/boot.ts', style: 'src/style/all.css' } : {}) },
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

/** What stands in the page itself: alone, because what it would share with the others would have to come first, too. */
const inlineSettings = { ...settings, entryPoints: { boot: 'src/boot.ts', style: 'src/style/all.css' }, splitting: false, format: 'iife', write: false, metafile: false, entryNames: '[name]' };

/** What each page starts with, drawn by the same parts as later in the browser. */
async function firstPages() {
  const { outputFiles: [{ text }] } = await esbuild.build({
    absWorkingDir: here, entryPoints: ['src/first_page.tsx'], bundle: true, write: false, platform: 'node', format: 'esm', target: 'node20', jsx: 'automatic', jsxImportSource: 'preact',
  });
  const built = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
  return { 'index.html': built.firstPage, 'sign_in.html': built.firstPageOfStrangers };
}

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

/** The looks and what runs before the first paint stand in the page itself: to fetch them would be most of the wait. The home allows these very bytes by
 * their hashes, and nothing else that stands in the page. */
function writePages({ script, early, style, boot, firsts }) {
  const address = (path) => relative(out, resolve(here, path));
  const page = readFileSync(join(here, 'index.html'), 'utf8').replace('main.js', [script, ...early].map(address).join(' '))
    .replace('<style>', () => `<style>${style}`).replace('></script>', () => `>${boot}</script>`);
  for (const [name, first] of Object.entries(firsts)) writeFileSync(join(out, name), page.replace('<!-- first page -->', () => first));
  const hash = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
  writeFileSync(join(out, 'inline.json'), `${JSON.stringify({ script: hash(boot), style: hash(style) })}\n`);
}

function compressed(path) {
  const bytes = gzipSync(readFileSync(path), { level: 9 });
  writeFileSync(`${path}.gz`, bytes);
  return bytes.length;
}

const kib = (bytes) => `${(bytes / 1024).toFixed(1).padStart(7)} KiB`;

/** Builds what goes with the main build, writes the page, and tells the sizes of all. */
async function finish({ outputs }) {
  const { outputFiles } = await esbuild.build(inlineSettings);
  const inline = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text.trim();
  const firsts = await firstPages();
  const script = Object.keys(outputs).find((path) => outputs[path].entryPoint === 'src/main.tsx');
  writePages({ script, early: [...reached(outputs, script)].filter((path) => path !== script), style: inline('.css'), boot: inline('.js'), firsts });
  return { first: report(outputs, script, Object.keys(firsts)), outputs };
}

function report(outputs, script, pages) {
  // Home, the first room, draws its chart.
  const inFirst = reached(outputs, script, ['src/parts/chart_canvas.ts']);
  let first = 0;
  let all = 0;
  const rows = [];
  for (const name of pages) {
    const size = compressed(join(out, name));
    all += size;
    if (name === 'index.html') first += size;
    rows.push([size, name, name === 'index.html']);
  }
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
function digestOf(outputs) {
  const hash = createHash('sha256').update(readFileSync(join(out, 'index.html')));
  for (const path of Object.keys(outputs).sort()) hash.update(readFileSync(resolve(here, path)));
  return hash.digest('hex').slice(0, 16);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
if (options.watch) {
  const page = { name: 'page', setup: (build) => build.onEnd(({ metafile }) => (metafile ? finish(metafile) : undefined)) };
  await (await esbuild.context({ ...settings, sourcemap: 'inline', plugins: [page] })).watch();
} else {
  const { metafile } = await esbuild.build(settings);
  const { first, outputs } = await finish(metafile);
  console.log(`digest ${digestOf(outputs)}`);
  if (first > firstLoadMaxBytes) {
    console.error(`The first load is ${first} bytes, more than ${firstLoadMaxBytes}: load later what only one room needs.`);
    process.exit(7);
  }
}
