// ./dev up and ./dev down, as a new user runs them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeHome } from '../support/home.mjs';

const script = fileURLToPath(new URL('../../dev', import.meta.url));

test('./dev up ends with an answer and the URL of the page, twice; ./dev down stops the home', async () => {
  const home = await makeHome();
  // The caches stay the user's own: only the home's state is apart.
  const dev = (verb) => spawnSync(script, [verb], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', LOCALSCALE_CONFIG: home.configFile } });
  try {
    for (const time of ['first', 'second']) {
      const up = dev('up');
      assert.equal(up.status, 0, up.stderr);
      assert.match(up.stdout, /^\{"intents":\[.*\]\}$/m, time);
      const [, url] = up.stdout.match(/^Localscale is up: (\S+)$/m) ?? assert.fail(up.stdout);
      assert.ok(url.startsWith(`${home.url}/#/sign-in?token=`), url);
      assert.match(await (await fetch(url, { headers: { accept: 'text/html' } })).text(), /<title>/);
    }
  } finally {
    assert.equal(dev('down').status, 0);
  }
  await assert.rejects(fetch(home.url));
});

test('./dev names the one thing to do after a wrong word, before it does anything', () => {
  for (const [words, what] of [
    [['frobnicate'], /'frobnicate' is not a verb/], [['build', 'nonsense'], /no preset 'nonsense'/], [['bench', 'nonsense'], /no bench 'nonsense'/],
    [['clean', '--al'], /takes only --all, not '--al'/], [['up', '--fast'], /takes no '--fast'/], [['down', 'now'], /takes no 'now'/],
    [['test', 'nonsense'], /'nonsense' is not a test stage/], [['test', '-R'], /-R needs a regular expression/],
  ]) {
    const wrong = spawnSync(script, words, { encoding: 'utf8' });
    assert.equal(wrong.status, 1, words.join(' '));
    assert.match(wrong.stderr, what);
    assert.match(wrong.stderr, /Next: /);
    assert.doesNotMatch(wrong.stderr, /==>/, words.join(' '));
  }
});
