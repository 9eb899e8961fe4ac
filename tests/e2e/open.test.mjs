// `localscale open` on a desktop: the browser gets a file that leads on, not the link, which everybody could read in the list of processes.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeHome, until } from '../support/home.mjs';

test('a desktop’s browser is given a private file with the link; --print and root open nothing', async () => {
  const tools = mkdtempSync('/tmp/localscale-desktop-');
  const seen = join(tools, 'seen');
  writeFileSync(join(tools, 'xdg-open'), `#!/bin/sh\nprintf '%s' "$*" > ${seen}.new && mv ${seen}.new ${seen}\n`);
  for (const path of [tools, join(tools, 'xdg-open')]) chmodSync(path, 0o777);
  const env = { PATH: `${tools}:${process.env.PATH}`, DISPLAY: ':99', XDG_RUNTIME_DIR: tools };
  const isRoot = process.getuid() === 0;
  const home = await makeHome({ engine: 'stub', env, ...(isRoot ? { user: 'games' } : {}) });
  try {
    await home.start();
    assert.equal(JSON.parse(home.run('open', '--print', '--json').stdout).opened, false);
    const opened = JSON.parse(home.run('open', '--json').stdout);
    assert.equal(opened.opened, true);
    await until('the browser is called', () => existsSync(seen));
    const file = readFileSync(seen, 'utf8');
    assert.equal(file, join(tools, 'localscale-open.html'));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(readFileSync(file, 'utf8').includes(`content="0; url=${opened.url}"`));
    if (isRoot) {
      home.options.user = undefined;
      assert.equal(JSON.parse(home.run('open', '--json').stdout).opened, false);
    }
  } finally {
    await home.stop();
    rmSync(tools, { recursive: true, force: true });
  }
});
