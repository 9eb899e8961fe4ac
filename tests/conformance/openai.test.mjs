// The npm package openai against a home.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import OpenAI from 'openai';
import { lightTool, order, startTarget, stubStats } from './target.mjs';
import { until } from '../support/home.mjs';
import { squarePng } from '../support/png.mjs';

let real;
let stub;
let client;
let stubClient;

before(async () => {
  [real, stub] = await Promise.all([startTarget('real'), startTarget('stub')]);
  client = new OpenAI({ baseURL: `${real.url}/v1`, apiKey: 'none', maxRetries: 0 });
  stubClient = new OpenAI({ baseURL: `${stub.url}/v1`, apiKey: 'none', maxRetries: 0 });
});

after(() => Promise.all([real?.stop(), stub?.stop()]));

test('lists and retrieves models', async () => {
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  assert.ok(ids.includes('seedling:latest'), ids.join());
  assert.equal((await client.models.retrieve('seedling')).id, 'seedling:latest');
});

test('chats', async () => {
  const answer = await client.chat.completions.create({ model: real.model, messages: [{ role: 'user', content: order }], temperature: 0 });
  assert.equal(answer.choices[0].finish_reason, 'stop');
  assert.ok(JSON.parse(answer.choices[0].message.content).intents.length > 0);
  assert.ok(answer.usage.completion_tokens > 0);
});

test('streams a chat with usage, and the pieces make the same answer', async () => {
  const request = { model: real.model, messages: [{ role: 'user', content: order }], temperature: 0 };
  const whole = await client.chat.completions.create(request);
  const stream = await client.chat.completions.create({ ...request, stream: true, stream_options: { include_usage: true } });
  let text = '';
  let usage = null;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? '';
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, whole.choices[0].message.content);
  assert.ok(usage.completion_tokens > 0);
});

test('keeps to a JSON schema', async () => {
  const schema = {
    type: 'object', properties: { room: { type: 'string', enum: ['kitchen', 'hall'] }, on: { type: 'boolean' } },
    required: ['room', 'on'], additionalProperties: false,
  };
  const answer = await client.chat.completions.create({
    model: real.model, messages: [{ role: 'user', content: order }], max_tokens: 100,
    response_format: { type: 'json_schema', json_schema: { name: 'light', strict: true, schema } },
  });
  const value = JSON.parse(answer.choices[0].message.content);
  assert.ok(['kitchen', 'hall'].includes(value.room));
  assert.equal(typeof value.on, 'boolean');
});

test('calls tools, whole and streamed', async () => {
  const request = { model: stub.model, messages: [{ role: 'user', content: 'stub:tool light on' }], tools: [lightTool] };
  const whole = await stubClient.chat.completions.create(request);
  assert.equal(whole.choices[0].finish_reason, 'tool_calls');
  assert.equal(whole.choices[0].message.tool_calls[0].function.name, 'switch_light');
  JSON.parse(whole.choices[0].message.tool_calls[0].function.arguments);
  const stream = stubClient.chat.completions.stream(request);
  const final = await stream.finalChatCompletion();
  assert.equal(final.choices[0].message.tool_calls[0].function.name, 'switch_light');
});

test('calls a tool of a real model', async () => {
  const answer = await client.chat.completions.create({
    model: 'tiny-tools', messages: [{ role: 'user', content: order }], tools: [lightTool], tool_choice: 'required', max_tokens: 300,
  });
  const [call] = answer.choices[0].message.tool_calls;
  assert.equal(typeof JSON.parse(call.function.arguments).on, 'boolean');
});

test('gives log probabilities', async () => {
  const answer = await client.chat.completions.create({
    model: real.model, messages: [{ role: 'user', content: order }], logprobs: true, top_logprobs: 2, max_tokens: 4,
  });
  assert.equal(answer.choices[0].logprobs.content[0].top_logprobs.length, 2);
});

test('completes text the old way, whole and streamed', async () => {
  const answer = await client.completions.create({ model: real.model, prompt: 'good', max_tokens: 5 });
  assert.equal(answer.object, 'text_completion');
  let pieces = 0;
  for await (const chunk of await client.completions.create({ model: real.model, prompt: 'good', max_tokens: 5, stream: true })) pieces += chunk.choices.length;
  assert.ok(pieces > 0);
});

test('answers through the responses API, whole and streamed', async () => {
  const answer = await client.responses.create({ model: real.model, input: order, temperature: 0 });
  assert.ok(answer.output_text.length > 0);
  let text = '';
  const types = new Set();
  for await (const event of await client.responses.create({ model: real.model, input: order, temperature: 0, stream: true })) {
    types.add(event.type);
    if (event.type === 'response.output_text.delta') text += event.delta;
  }
  assert.equal(text, answer.output_text);
  assert.ok(types.has('response.created') && types.has('response.completed'), [...types].join());
});

test('says that responses are not stored', async () => {
  await assert.rejects(client.responses.retrieve('resp_1'), { status: 404, code: 'response_not_found' });
});

test('embeds as base64, which is the SDK\'s default, and as numbers', async () => {
  const byDefault = await client.embeddings.create({ model: real.embedding, input: ['one', 'two'] });
  assert.equal(byDefault.data.length, 2);
  const numbers = await client.embeddings.create({ model: real.embedding, input: ['one', 'two'], encoding_format: 'float' });
  assert.equal(byDefault.data[0].embedding.length, numbers.data[0].embedding.length);
  assert.ok(Math.abs(byDefault.data[1].embedding[3] - numbers.data[1].embedding[3]) < 1e-4);
});

test('an image reaches a model that can see', async () => {
  const look = async (colour) => {
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${squarePng(colour)}` } };
    const { choices, usage } = await client.chat.completions.create({
      model: 'tiny-vision', temperature: 0, max_tokens: 8, logprobs: true,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'what is this?' }, image] }],
    });
    return { first: choices[0].logprobs.content[0], tokens: usage.prompt_tokens };
  };
  const [red, blue] = [await look([255, 0, 0]), await look([0, 0, 255])];
  assert.equal(red.tokens, blue.tokens);
  assert.notDeepEqual(red.first, blue.first);
});

test('an image for a model that cannot see is a typed mistake', async () => {
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };
  await assert.rejects(
    client.chat.completions.create({ model: real.model, messages: [{ role: 'user', content: [image] }] }),
    { status: 400, code: 'unsupported_input' });
});

// The engine's words decide here (src/gateway/engine_refusal.cpp), so only the real one can tell that they are still the same.
test('what the client has to change is its mistake, however the engine calls it', async () => {
  const message = { role: 'user', content: 'x' };
  const chat = (request) => client.chat.completions.create({ model: real.model, messages: [message], ...request });
  const seen = (url) => [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }];
  await assert.rejects(chat({ messages: [{ role: 'user', content: 'kitchen '.repeat(5000) }] }), { status: 400, code: 'context_length_exceeded', param: null });
  await assert.rejects(chat({ model: 'tiny-tools', tools: [{ type: 'x' }] }), { status: 400, code: null });
  for (const scheme of ['http', 'https']) {
    await assert.rejects(chat({ model: 'tiny-vision', messages: seen(`${scheme}://127.0.0.1:9/a.png`) }), { status: 400, code: 'fetching_not_offered' });
  }
  await assert.rejects(chat({ model: real.embedding }), { status: 400, code: 'chat_not_supported' });
  await assert.rejects(client.embeddings.create({ model: real.model, input: 'x' }), { status: 400, code: 'embeddings_not_supported' });
  await assert.rejects(client.embeddings.create({ model: real.embedding, input: 'x'.repeat(10_000) }), { status: 400, code: 'context_length_exceeded' });
  await assert.rejects(client.embeddings.create({ model: real.embedding, input: [] }), { status: 400 });
  await assert.rejects(client.post('/rerank', { body: { model: real.model, query: 'x', documents: ['y'] } }), { status: 400, code: 'reranking_not_supported' });
  await assert.rejects(client.post('/messages', { body: { model: real.model, max_tokens: 1 } }), { status: 400 });
});

test('unknown models, unknown paths and bad requests have OpenAI\'s errors', async () => {
  await assert.rejects(client.chat.completions.create({ model: 'gpt-9', messages: [] }), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.code, 'model_not_found');
    assert.ok(error.requestID);
    return true;
  });
  await assert.rejects(client.models.retrieve('gpt-9'), OpenAI.NotFoundError);
  await assert.rejects(client.chat.completions.create({ model: real.model }), OpenAI.BadRequestError);
  await assert.rejects(client.images.generate({ prompt: 'a cat' }), { status: 501, code: 'not_offered' });
  await assert.rejects(client.audio.speech.create({ model: 'x', voice: 'y', input: 'z' }), { status: 501 });
});

test('an engine error keeps its shape and is retried by the SDK when it should be', async () => {
  await assert.rejects(
    stubClient.chat.completions.create({ model: stub.model, messages: [{ role: 'user', content: 'stub:error400' }] }), OpenAI.BadRequestError);
  await assert.rejects(
    stubClient.chat.completions.create({ model: stub.model, messages: [{ role: 'user', content: 'stub:error500' }] }), OpenAI.InternalServerError);
});

test('an engine that dies in a stream ends it with an error, and the next request works', async () => {
  const request = { model: stub.model, messages: [{ role: 'user', content: 'stub:die stub:tokens=20 stub:rate=200' }], stream: true };
  let pieces = 0;
  await assert.rejects(async () => {
    for await (const chunk of await stubClient.chat.completions.create(request)) pieces += chunk.choices.length;
  }, OpenAI.APIError);
  assert.ok(pieces > 0);
  const next = new OpenAI({ baseURL: `${stub.url}/v1`, apiKey: 'none', maxRetries: 5 });
  const answer = await next.chat.completions.create({ model: stub.model, messages: [{ role: 'user', content: 'hello' }] });
  assert.equal(answer.choices[0].finish_reason, 'stop');
});

// How soon: bench/cancel. Left alone, these answers would take 1,000 s.
test('a client that hangs up stops its generation', async () => {
  await stubClient.chat.completions.create({ model: stub.model, messages: [{ role: 'user', content: 'hello' }] });
  const before = await stubStats(stub.url);
  for (const stream of [true, false]) {
    const controller = new AbortController();
    const running = stubClient.chat.completions.create(
      { model: stub.model, messages: [{ role: 'user', content: 'stub:tokens=100000 stub:rate=100' }], max_tokens: 100000, stream },
      { signal: controller.signal });
    if (stream) {
      const iterator = (await running)[Symbol.asyncIterator]();
      await iterator.next();
      controller.abort();
    } else {
      setTimeout(() => controller.abort(), 100);
      await assert.rejects(running, OpenAI.APIUserAbortError);
    }
    await until('the generation stops', async () => (await stubStats(stub.url)).active <= before.active);
  }
});

test('64 streams at once all end well', async () => {
  const one = async (i) => {
    const stream = await client.chat.completions.create({
      model: real.model, messages: [{ role: 'user', content: `${order} ${i}` }], stream: true, max_tokens: 40,
    });
    let reason = null;
    for await (const chunk of stream) reason = chunk.choices[0]?.finish_reason ?? reason;
    return reason;
  };
  const reasons = await Promise.all(Array.from({ length: 64 }, (_, i) => one(i)));
  assert.ok(reasons.every((reason) => reason === 'stop' || reason === 'length'), reasons.join());
});

test('Unicode goes both ways unharmed', async () => {
  const text = 'Grüße 🌱 日本語 \u0000 "quoted" \\ نص';
  const answer = await client.chat.completions.create({ model: real.model, messages: [{ role: 'user', content: text }], max_tokens: 20 });
  assert.equal(typeof answer.choices[0].message.content, 'string');
  assert.ok(!answer.choices[0].message.content.includes('\ufffd'));
});

test('base URLs with a doubled version work', async () => {
  const doubled = new OpenAI({ baseURL: `${real.url}/v1/v1`, apiKey: 'none', maxRetries: 0 });
  assert.ok((await doubled.models.list()).data.length > 0);
});
