// The history that the house keeps, through the command line's socket of a real home: told in events, there after kill -9, exported.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ask as askAdmin, listen } from '../support/admin.mjs';
import { startHome, until } from '../support/home.mjs';

let home;
const ask = (method, path, body) => askAdmin(home, path, { method, body });

const create = async (title) => (await ask('POST', 'conversations', { title, model: 'tiny' })).body.conversation;
const said = (content, state = 'done') => ({ role: 'user', content, state });

describe('conversations', () => {
  before(async () => { home = await startHome({ engine: 'stub' }); });
  after(async () => { await home?.stop(); });

  test('every change is told with its revision', async () => {
    const heard = [];
    const stop = await listen(home, 'events', ({ event, data }) => event === 'conversation' && heard.push(data));
    const { id } = await create('Told');
    await ask('POST', `conversations/${id}/messages`, said('one'));
    await ask('POST', `conversations/${id}/messages`, said('tw', 'writing'));
    await ask('PUT', `conversations/${id}/messages/2`, said('two'));
    await ask('PATCH', `conversations/${id}`, { title: 'Renamed' });
    await ask('DELETE', `conversations/${id}/messages/2`);
    await ask('DELETE', `conversations/${id}`);
    await until('all events', () => heard.length >= 7);
    stop();
    assert.deepEqual(heard, [
      { id, revision: 1, change: 'created' }, { id, revision: 2, change: 'messages', from_seq: 1 }, { id, revision: 3, change: 'messages', from_seq: 2 },
      { id, revision: 4, change: 'messages', from_seq: 2 }, { id, revision: 5, change: 'changed' }, { id, revision: 6, change: 'messages', from_seq: 2 },
      { id, revision: 7, change: 'removed' },
    ]);
  });

  test('what was answered is there after kill -9 of the house, and what was being written has stopped', async () => {
    const { id } = await create('Kept');
    for (let i = 1; i <= 30; i += 1) assert.equal((await ask('POST', `conversations/${id}/messages`, said(`message ${i}`))).status, 201);
    assert.equal((await ask('POST', `conversations/${id}/messages`, said('half an ans', 'writing'))).status, 201);
    const [house] = home.processes('localscaled');
    process.kill(house.pid, 'SIGKILL');
    await until('the house is back', async () => {
      const listed = await ask('GET', 'conversations').catch(() => null);
      return listed?.status === 200 && home.processes('localscaled')[0]?.pid !== house.pid;
    });
    const { messages } = (await ask('GET', `conversations/${id}/messages?limit=500`)).body;
    assert.deepEqual(messages.map(({ content }) => content), [...Array.from({ length: 30 }, (_, i) => `message ${i + 1}`), 'half an ans']);
    assert.deepEqual([...new Set(messages.map(({ state }) => state))], ['done', 'stopped']);
  });

  test('a long one is exported whole, as a file called after its title', async () => {
    const { id } = await create('Brötchen / Rolls');
    const long = 'ü'.repeat(500_000);
    for (let i = 0; i < 8; i += 1) assert.equal((await ask('POST', `conversations/${id}/messages`, said(`${i}${long}`))).status, 201);
    const json = await ask('GET', `conversations/${id}/export?format=json`);
    assert.equal(json.headers['transfer-encoding'], 'chunked');
    assert.equal(json.headers['content-disposition'], "attachment; filename=\"Br_tchen Rolls.json\"; filename*=UTF-8''Br%C3%B6tchen%20Rolls.json");
    assert.equal(json.body.messages.length, 8);
    assert.ok(json.body.messages.every(({ content }, i) => content === `${i}${long}`));
    const markdown = await ask('GET', `conversations/${id}/export?format=md`);
    assert.equal(markdown.headers['content-type'], 'text/markdown; charset=utf-8');
    assert.equal(markdown.body.match(/^## User · /gm).length, 8);
    const removed = await ask('DELETE', `conversations/${id}`);
    assert.equal(removed.status, 200);
    assert.equal((await ask('GET', `conversations/${id}`)).status, 404);
  });

  test('a request that is none changes nothing, and no text of a conversation reaches the log', async () => {
    const { id } = await create('wordthatnobodylogs');
    await ask('POST', `conversations/${id}/messages`, said('anotherwordthatnobodylogs'));
    const wrong = ['', '{', '[]', JSON.stringify(said('x'.repeat(4_000_001))), `{"role":"user","state":"done","content":"wordthatnobodylogs\u0007"}`];
    for (const body of wrong) assert.equal((await ask('POST', `conversations/${id}/messages`, body)).status, 400, body.slice(0, 60));
    assert.equal((await ask('GET', `conversations/${id}`)).body.conversation.messages, 1);
    assert.equal((await fetch(`${home.url}/localscale/v1/conversations`)).status, 401);
    await until('the log to tell of the requests', () => home.log.includes(id));
    assert.ok(!home.log.includes('wordthatnobodylogs'));
  });
});
