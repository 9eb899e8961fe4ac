// Signing in over HTTP on a real home: links, the two halves, the password, who guesses, and what the log must not have.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startHome, until } from '../support/home.mjs';

const base = '/localscale/v1/session';
let home;

before(async () => { home = await startHome({ engine: 'stub' }); });
after(() => home?.stop());

async function call(method, path, body, headers = {}) {
  const response = await fetch(home.url + path, {
    method, headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin', ...headers }, body: body && JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const open = () => JSON.parse(home.run('open', '--print', '--json').stdout);
const tokenOf = (link) => link.url.split('token=')[1];
const halves = ({ headers, body }) => ({ Cookie: headers.get('set-cookie').split(';')[0], 'x-localscale-csrf': body.csrf });

test('the first link has no end until somebody signs in; the next ones have ten minutes', async () => {
  const first = open();
  assert.equal(first.schema, 'localscale.open/1');
  assert.equal(first.expires_at, null);
  const second = open();
  assert.ok(Math.abs(Date.parse(second.expires_at) - Date.now() - 600_000) < 60_000);
  assert.equal((await call('POST', base, { token: tokenOf(second) })).status, 200);
  assert.equal((await call('POST', base, { token: tokenOf(first) })).body.error.code, 'wrong_proof');
});

test('a session needs both halves, outlives a restart of the home, and ends when its owner says so', async () => {
  const session = await home.signIn();
  assert.equal((await call('GET', '/localscale/v1/keys', undefined, session)).status, 200);
  assert.equal((await call('GET', '/localscale/v1/keys', undefined, { Cookie: session.Cookie })).body.error.code, 'signed_out');
  assert.equal((await call('GET', '/localscale/v1/keys', undefined, { 'x-localscale-csrf': session['x-localscale-csrf'] })).status, 401);
  home.options.keep = true;
  await home.stop();
  await home.start();
  home.options.keep = false;
  const now = await call('GET', base, undefined, session);
  assert.deepEqual([now.body.signed_in, now.body.person, now.body.password_set], [true, 'owner', false]);
  assert.ok(Math.abs(Date.parse(now.body.expires_at) - Date.now() - 30 * 86_400_000) < 3_700_000);
  assert.equal((await call('DELETE', base, undefined, session)).status, 200);
  assert.equal((await call('GET', '/localscale/v1/status', undefined, session)).status, 401);
});

test('keys are made and taken away by who is signed in; a program without a session cannot', async () => {
  const session = await home.signIn();
  const made = await call('POST', '/localscale/v1/keys', { name: 'tablet', may_sign_in: true }, session);
  assert.equal(made.status, 201);
  const byKey = halves(await call('POST', base, { key: made.body.secret }));
  assert.equal((await call('GET', base, undefined, byKey)).body.signed_in, true);
  assert.equal((await call('DELETE', `/localscale/v1/keys/${made.body.key.id}`, undefined, session)).status, 200);
  assert.equal((await call('GET', base, undefined, byKey)).body.signed_in, false);
  assert.equal((await fetch(`${home.url}/localscale/v1/keys`)).status, 401);
  assert.equal((await fetch(`${home.url}/localscale/v1/status`)).status, 200);
  assert.equal((await fetch(`${home.url}${base}/tokens`, { method: 'POST' })).status, 403);
});

test('streams and answers end at once with the session that they run by', async () => {
  const session = await home.signIn();
  const reading = async (path, options = {}) => {
    const { body } = await fetch(home.url + path, { headers: session, ...options });
    const stream = { text: '' };
    stream.ended = (async () => { for await (const piece of body.pipeThrough(new TextDecoderStream())) stream.text += piece; })();
    await until('the stream speaks', () => stream.text !== '');
    return stream;
  };
  const messages = [{ role: 'user', content: 'stub:rate=20 stub:tokens=4000' }];
  const streams = [
    await reading('/localscale/v1/events'),
    await reading('/localscale/v1/logs/stream'),
    await reading('/v1/chat/completions', { method: 'POST', body: JSON.stringify({ model: 'seedling', stream: true, messages }) }),
  ];
  assert.equal((await call('DELETE', base, undefined, session)).status, 200);
  const late = setTimeout(() => { throw new Error('a stream outlived its session'); }, 10_000);
  for (const stream of streams) {
    await stream.ended;
    assert.match(stream.text, /"code":"signed_out"/);
  }
  clearTimeout(late);
});

test('after five wrong passwords none is tried for a minute, and a link still works', async () => {
  const session = await home.signIn();
  assert.equal((await call('PUT', `${base}/password`, { password: 'too short' }, session)).status, 400);
  assert.equal((await call('PUT', `${base}/password`, { password: 'a secret of ten and more' }, session)).status, 200);
  assert.equal((await call('POST', base, { password: 'a secret of ten and more' })).status, 200);
  // The wrong link of the first test counts, too.
  let answer;
  for (let i = 0; i < 6; i += 1) answer = await call('POST', base, { password: `wrong guess ${i}` });
  assert.equal(answer.status, 429);
  assert.ok(Number(answer.headers.get('retry-after')) > 0 && Number(answer.headers.get('retry-after')) <= 60);
  assert.equal((await call('POST', base, { password: 'a secret of ten and more' })).status, 429);
  const late = await home.signIn();
  assert.equal((await call('GET', base, undefined, late)).body.signed_in, true);
  for (const secret of ['a secret of ten', 'wrong guess', late.Cookie.split('=')[1], late['x-localscale-csrf'], 'token=']) {
    assert.ok(!home.log.includes(secret), `the log has ${secret}`);
  }
});

test('pages of other sites and large bodies are refused', async () => {
  const token = tokenOf(open());
  assert.equal((await call('POST', base, { token }, { Origin: 'https://evil.example' })).status, 403);
  assert.equal((await call('POST', base, { token }, { 'Sec-Fetch-Site': 'cross-site' })).status, 403);
  assert.equal((await call('POST', base, { token: 'x'.repeat(100_000) })).status, 413);
  assert.equal((await call('POST', base, { token })).status, 200);
});
