// Runs the unit tests: bundles each src/**/*.test.ts(x) for Node, then hands them to `node --test`.
//   node test.mjs [PART OF A FILE NAME…]
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = join(here, '../../build/dashboard-tests');
const wanted = process.argv.slice(2);

const tests = readdirSync(join(here, 'src'), { recursive: true })
  .filter((path) => /\.test\.tsx?$/.test(path))
  .map((path) => join('src', path).split(sep).join('/'))
  .filter((path) => wanted.length === 0 || wanted.some((part) => path.includes(part)));
if (tests.length === 0) {
  console.error(`No test file has ${wanted.join(' or ')} in its name.`);
  process.exit(2);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await esbuild.build({
  absWorkingDir: here, entryPoints: tests, outdir: out, outbase: 'src', outExtension: { '.js': '.mjs' }, bundle: true, splitting: true,
  platform: 'node', format: 'esm', target: 'node20', jsx: 'automatic', jsxImportSource: 'preact', sourcemap: 'inline', loader: { '.txt': 'text' },
});
const built = tests.map((path) => join(out, relative('src', path).replace(/\.tsx?$/, '.mjs')));
const { status } = spawnSync(process.execPath, ['--enable-source-maps', '--test', '--test-reporter=spec', ...built], { stdio: 'inherit', cwd: here });
process.exit(status ?? 1);
