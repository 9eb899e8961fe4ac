// What requests ask of engines, through a whole home: context, tools, counters, and an engine that is not there.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startHome } from '../support/home.mjs';
import { writeTinyModel } from '../support/tiny_models.mjs';

const chat = (model, content, more = {}) => ({ model, messages: [{ role: 'user', content }], max_tokens: 8, ...more });

describe('a home with llama.cpp', () => {
  let home;
  before(async () => {
    home = await startHome({ config: { engine: { context_tokens: 512, slots: 1, tune: false } } });
    writeTinyModel(join(home.modelFolder, 'tiny.gguf'));
  });
  after(async () => { await home?.stop(); });

  const context = async () => (await home.json('/api/ps')).body.models.find((model) => model.name === 'tiny:latest')?.context_length;
  const generate = (more) => home.json('/api/generate', { model: 'tiny', stream: false, options: { num_predict: 4 }, ...more });

  test('a larger num_ctx loads the model anew, a smaller one does not', async () => {
    assert.equal((await generate({ prompt: 'x' })).status, 200);
    assert.equal(await context(), 512);
    assert.equal((await generate({ prompt: 'x', options: { num_ctx: 1024, num_predict: 4 } })).status, 200);
    assert.equal(await context(), 1024);
    assert.equal((await generate({ prompt: 'x', options: { num_ctx: 256, num_predict: 4 } })).status, 200);
    assert.equal(await context(), 1024);
    const wrong = await generate({ prompt: 'x', options: { num_ctx: 'big' } });
    assert.equal(wrong.status, 400);
    assert.match(wrong.body.error, /num_ctx/);
  });

  test('an answer to /api/generate can be gone on from with its context', async () => {
    const first = (await generate({ prompt: 'one' })).body;
    assert.ok(first.context.length > 0);
    const second = await generate({ prompt: 'two', context: first.context });
    assert.equal(second.status, 200, JSON.stringify(second.body));
    assert.deepEqual(second.body.context.slice(0, first.context.length), first.context);
    assert.ok(second.body.context.length > first.context.length);
    assert.ok(second.body.prompt_eval_count >= first.context.length);
  });

  test('tools for a model that cannot use them are refused, a JSON schema is kept to', async () => {
    const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }];
    const refused = await home.json('/v1/chat/completions', chat('seedling', 'hello', { tools }));
    assert.equal(refused.status, 400);
    assert.equal(refused.body.error.param, 'tools');
    const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'], additionalProperties: false };
    const kept = await home.json('/v1/chat/completions', chat('seedling', 'hello', {
      max_tokens: 64, response_format: { type: 'json_schema', json_schema: { name: 'a', schema } },
    }));
    assert.equal(typeof JSON.parse(kept.body.choices[0].message.content).a, 'number');
  });

  test('the tokens of all APIs and the loads are counted', async () => {
    const counter = async (name) => Number((await home.json('/metrics')).body.match(new RegExp(`^${name} (\\d+)`, 'm'))[1]);
    const answers = 'localscale_tokens_total{kind="answer"}';
    let before = await counter(answers);
    for (const [path, body] of [
      ['/v1/chat/completions', chat('seedling', 'hello')],
      ['/v1/chat/completions', chat('seedling', 'hello', { stream: true })],
      ['/v1/messages', chat('seedling', 'hello', { stream: true })],
      ['/v1/responses', { model: 'seedling', input: 'hello', max_output_tokens: 8, stream: true }],
      ['/api/chat', chat('seedling', 'hello', { stream: false })],
    ]) {
      assert.equal((await home.json(path, body)).status, 200, path);
      const now = await counter(answers);
      assert.ok(now > before, `${path}: ${before} → ${now}`);
      before = now;
    }
    assert.ok(await counter('localscale_engine_loads_total') >= 2);
  });
});

test('a home whose engine folder is empty says so in every API, and lives on', async () => {
  const engine = mkdtempSync(join(tmpdir(), 'localscale-no-engine-'));
  const home = await startHome({ config: { engine: { directory: engine } } });
  try {
    const openai = await home.json('/v1/chat/completions', chat('seedling', 'hello'));
    assert.equal(openai.status, 503, JSON.stringify(openai.body));
    assert.equal(openai.body.error.code, 'unavailable');
    assert.match(openai.body.error.message, /\[engine\] directory/);
    const ollama = await home.json('/api/chat', chat('seedling', 'hello'));
    assert.equal(ollama.status, 503);
    assert.match(ollama.body.error, /\[engine\] directory/);
    const anthropic = await home.json('/v1/messages', chat('seedling', 'hello'));
    assert.equal(anthropic.status, 529);
    assert.equal(anthropic.body.error.type, 'overloaded_error');
    assert.equal((await home.json('/v1/models')).status, 200);
    const ran = home.run('run', 'seedling', 'hello');
    assert.notEqual(ran.code, 0);
    assert.match(ran.stderr, /\[engine\] directory/);
  } finally {
    await home.stop();
    rmSync(engine, { recursive: true });
  }
});
