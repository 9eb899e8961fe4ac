// `update --check`: asks only when told to, only the address of the config, through the fetcher.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import { makeHome, startHome } from '../support/home.mjs';

test('without an address nobody is asked and nothing has to run', async () => {
  const home = await makeHome();
  const ran = home.run('update', '--check');
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /Nobody was asked[\s\S]*update/);
  assert.equal(home.run('update').code, 2);
});

describe('a home with an address', () => {
  let home, server, answer, asked;
  before(async () => {
    asked = [];
    server = http.createServer((request, response) => {
      asked.push({ url: request.url, headers: request.headers });
      response.writeHead(answer.status ?? 200, { 'Content-Type': 'application/json' });
      response.end(answer.text);
    });
    await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
    const url = `http://updates.example:${server.address().port}`;
    home = await startHome({
      config: {
        update: { url: `${url}/latest.json` },
        fetcher: { registries: [{ name: 'updates.example', protocol: 'ollama', url, address: '127.0.0.1' }] },
      },
    });
  });
  after(async () => { await home?.stop(); server?.close(); });

  test('nothing was asked by starting', () => { assert.equal(asked.length, 0); });

  test('tells of a newer release, and says nothing of the home to the server', () => {
    answer = { text: '{"version":"99.0.0","url":"https://a.example/get","notes":"Better."}' };
    const ran = runBeside(home, 'update', '--check');
    return ran.then(({ code, stdout, stderr }) => {
      assert.equal(code, 0, stderr);
      assert.match(stdout, /newer release: 99\.0\.0[\s\S]*Better\.[\s\S]*https:\/\/a\.example\/get/);
      assert.equal(asked.length, 1);
      assert.equal(asked[0].url, '/latest.json');
      assert.deepEqual(Object.keys(asked[0].headers).sort(), ['accept', 'host', 'user-agent']);
    });
  });

  test('says when this is the newest, and refuses what is no release file', async () => {
    answer = { text: '{"version":"0.0.1"}' };
    assert.match((await runBeside(home, 'update', '--check')).stdout, /newest release/);
    for (const text of ['<html>', '{"version":"1.0.0","url":"http://plain.example"}', 'x'.repeat(100_000)]) {
      answer = { text };
      const ran = await runBeside(home, 'update', '--check');
      assert.notEqual(ran.code, 0, text.slice(0, 50));
      assert.ok(ran.stderr.length > 0);
    }
    answer = { status: 404, text: '' };
    assert.match((await runBeside(home, 'update', '--check')).stderr, /update\.url/);
  });
});

/** As home.run, while this process goes on serving. */
async function runBeside(home, ...words) {
  const { spawn } = await import('node:child_process');
  const [path, args] = home.command('localscale', words);
  const child = spawn(path, args, { env: home.environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => { stdout += data; });
  child.stderr.on('data', (data) => { stderr += data; });
  const code = await new Promise((done) => { child.on('close', done); });
  return { code, stdout, stderr };
}
