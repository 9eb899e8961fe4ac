// The npm package @anthropic-ai/sdk against a home.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { squarePng } from '../support/png.mjs';
import { order, startTarget } from './target.mjs';

let real;
let stub;
let client;
let stubClient;

before(async () => {
  [real, stub] = await Promise.all([startTarget('real'), startTarget('stub')]);
  client = new Anthropic({ baseURL: real.url, apiKey: 'none', maxRetries: 0 });
  stubClient = new Anthropic({ baseURL: stub.url, apiKey: 'none', maxRetries: 0 });
});

after(() => Promise.all([real?.stop(), stub?.stop()]));

const ask = (model, content) => ({ model, max_tokens: 100, messages: [{ role: 'user', content }] });

test('lists and retrieves models in Anthropic\'s shape', async () => {
  const { data } = await client.models.list();
  assert.ok(data.some((model) => model.id === 'seedling:latest' && model.type === 'model'));
  assert.equal((await client.models.retrieve('seedling')).display_name, 'seedling:latest');
});

test('answers whole and streamed with the same text', async () => {
  const request = { ...ask(real.model, order), temperature: 0 };
  const whole = await client.messages.create(request);
  assert.equal(whole.stop_reason, 'end_turn');
  const stream = client.messages.stream(request);
  const final = await stream.finalMessage();
  assert.equal(final.content[0].text, whole.content[0].text);
  assert.ok(final.usage.output_tokens > 0);
});

test('counts tokens', async () => {
  const { input_tokens: count } = await client.messages.countTokens({ model: real.model, messages: [{ role: 'user', content: order }] });
  assert.ok(count > 0);
});

test('uses tools', async () => {
  const tools = [{ name: 'switch_light', input_schema: { type: 'object', properties: { on: { type: 'boolean' } } } }];
  const answer = await stubClient.messages.create({ ...ask(stub.model, 'stub:tool'), tools });
  assert.equal(answer.stop_reason, 'tool_use');
  assert.equal(answer.content.find((block) => block.type === 'tool_use').name, 'switch_light');
});

test('an image reaches a model that can see', async () => {
  const look = async (colour) => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: squarePng(colour) } };
    return client.messages.create({ ...ask('tiny-vision', [{ type: 'text', text: 'what is this?' }, image]), max_tokens: 24, temperature: 0 });
  };
  const [red, blue] = [await look([255, 0, 0]), await look([0, 0, 255])];
  assert.notEqual(red.content[0].text, blue.content[0].text);
});

test('errors have Anthropic\'s classes and types', async () => {
  await assert.rejects(client.messages.create(ask('claude-9', 'x')), (error) => {
    assert.ok(error instanceof Anthropic.NotFoundError);
    assert.equal(error.error.type, 'error');
    assert.equal(error.error.error.type, 'not_found_error');
    return true;
  });
  await assert.rejects(client.messages.create({ max_tokens: 5, messages: [] }), Anthropic.BadRequestError);
  await assert.rejects(stubClient.messages.create(ask(stub.model, 'stub:error400')), Anthropic.BadRequestError);
  await assert.rejects(stubClient.messages.create(ask(stub.model, 'stub:error500')), Anthropic.InternalServerError);
});

test('an engine that dies in a stream ends it with an error event', async () => {
  await assert.rejects(async () => {
    const stream = await stubClient.messages.create({ ...ask(stub.model, 'stub:die stub:tokens=20 stub:rate=200'), stream: true });
    for await (const event of stream) assert.ok(event.type);
  }, Anthropic.APIError);
});
