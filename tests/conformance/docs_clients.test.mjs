// Runs the snippets of docs/clients.md as they stand there, against a home.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startTarget } from './target.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const page = readFileSync(join(here, '../../docs/clients.md'), 'utf8');
const runners = {
  sh: { command: 'bash', file: 'snippet.sh' },
  python: { command: 'python3', file: 'snippet.py' },
  js: { command: process.execPath, file: 'snippet.mjs' },
};

/** Each snippet with the heading that it stands under. */
function snippets() {
  const found = [];
  let heading = '';
  for (const [, title, language, code] of page.matchAll(/^## (.*)$|^```(\w+)\n([\s\S]*?)^```$/gm)) {
    if (title) heading = title;
    else found.push({ heading, language, code });
  }
  return found;
}

let target;
let folder;

before(async () => {
  target = await startTarget('real');
  folder = mkdtempSync(join(here, '.snippets-'));  // Here, so that imports find this folder's packages.
});

after(async () => {
  if (folder) rmSync(folder, { recursive: true });
  await target?.stop();
});

for (const [index, { heading, language, code }] of snippets().entries()) {
  test(`docs/clients.md: ${heading}, snippet ${index + 1}`, async () => {
    const { command, file } = runners[language];
    const path = join(folder, file);
    const needed = heading.startsWith('LangChain') ? "globalThis.crypto ??= (await import('node:crypto')).webcrypto;\n" : '';
    writeFileSync(path, needed + code.replaceAll('http://127.0.0.1:7411', target.url));
    const { stdout } = await promisify(execFile)(command, [path], { cwd: folder, timeout: 60_000 });
    assert.match(stdout, /intents/, stdout);
  });
}

test('docs/clients.md has snippets for every client that is named there', () => {
  assert.equal(snippets().length, [...page.matchAll(/^## /gm)].length);
});
