// The second door, on Ollama's own port: for clients that nobody told where the home is.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { Ollama } from 'ollama';
import { startTarget } from './target.mjs';

const ollamaPort = 11434;
const options = { config: { api: { ollama_port: true } } };

/** A server that keeps the port, or null where another program has it. */
function occupy() {
  return new Promise((done) => {
    const server = createServer().once('error', () => done(null));
    server.listen(ollamaPort, '127.0.0.1', () => done(server));
  });
}

test('clients find the home on Ollama\'s port; where that is taken, the home says so and serves on its own', async (t) => {
  const taken = await occupy();
  if (!taken) return t.skip(`port ${ollamaPort} is in use on this machine`);
  const doorOf = async (target) => (await target.home.json('/localscale/v1/status')).body.doors.find((door) => door.name === 'ollama');
  const beside = await startTarget('stub', options);
  try {
    const door = await doorOf(beside);
    assert.equal(door.open, false);
    assert.match(door.note, /11434/);
  } finally {
    await beside.stop();
    await new Promise((done) => { taken.close(done); });
  }
  const target = await startTarget('stub', options);
  try {
    assert.equal((await doorOf(target)).url, `http://127.0.0.1:${ollamaPort}/`);
    assert.ok((await new Ollama().list()).models.some((model) => model.name === 'stub:latest'));
    const evil = await fetch(`http://127.0.0.1:${ollamaPort}/api/tags`, { headers: { Origin: 'https://evil.example' } });
    assert.equal(evil.status, 403);
  } finally {
    await target.stop();
  }
});
