// The npm package ollama against a home.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Ollama } from 'ollama';
import { lightTool, order, startTarget, stubStats } from './target.mjs';
import { until } from '../support/home.mjs';
import { squarePng } from '../support/png.mjs';

let real;
let stub;
let client;
let stubClient;

before(async () => {
  [real, stub] = await Promise.all([startTarget('real'), startTarget('stub')]);
  client = new Ollama({ host: real.url });
  stubClient = new Ollama({ host: stub.url });
});

after(() => Promise.all([real?.stop(), stub?.stop()]));

const user = (content) => [{ role: 'user', content }];

test('says that it is there, and a numeric version', async () => {
  assert.equal(await (await fetch(real.url)).text(), 'Ollama is running');
  assert.equal((await fetch(real.url, { method: 'HEAD' })).status, 200);
  assert.match((await (await fetch(`${real.url}/api/version`)).json()).version, /^\d+\.\d+\.\d+$/);
});

test('lists and shows models', async () => {
  const { models } = await client.list();
  assert.ok(models.some((model) => model.name === 'seedling:latest' && model.size > 0));
  const shown = await client.show({ model: real.model });
  assert.ok(shown.capabilities.includes('completion'));
  const family = shown.model_info['general.architecture'];
  assert.ok(shown.model_info[`${family}.context_length`] > 0);
});

test('chats, whole and streamed, with the same answer', async () => {
  const request = { model: real.model, messages: user(order), options: { temperature: 0, seed: 1 } };
  const whole = await client.chat(request);
  assert.equal(whole.done_reason, 'stop');
  assert.ok(whole.eval_count > 0 && whole.prompt_eval_count > 0 && whole.total_duration > 0);
  let text = '';
  let last;
  for await (const part of await client.chat({ ...request, stream: true })) {
    text += part.message.content;
    last = part;
  }
  assert.equal(text, whole.message.content);
  assert.ok(last.done && last.eval_duration > 0);
});

test('num_predict cuts with done_reason length', async () => {
  const answer = await client.chat({ model: real.model, messages: user(order), options: { num_predict: 2 } });
  assert.equal(answer.done_reason, 'length');
  assert.equal(answer.eval_count, 2);
});

test('generates, templated and raw', async () => {
  const answer = await client.generate({ model: real.model, prompt: order, options: { temperature: 0 } });
  assert.ok(JSON.parse(answer.response).intents);
  const raw = await client.generate({ model: real.model, prompt: `<|user|> ${order}<|end|><|assistant|>`, raw: true, options: { num_predict: 8 } });
  assert.ok(raw.response.length > 0);
});

test('keeps to a JSON schema', async () => {
  const format = { type: 'object', properties: { on: { type: 'boolean' } }, required: ['on'], additionalProperties: false };
  const answer = await client.chat({ model: real.model, messages: user(order), format, options: { num_predict: 50 } });
  assert.equal(typeof JSON.parse(answer.message.content).on, 'boolean');
});

test('an image reaches a model that can see, in chat and in generate', async () => {
  assert.ok((await client.show({ model: 'tiny-vision' })).capabilities.includes('vision'));
  const options = { temperature: 0, num_predict: 24 };
  const chat = async (colour) => (await client.chat({
    model: 'tiny-vision', options, messages: [{ role: 'user', content: 'what is this?', images: [squarePng(colour)] }],
  })).message.content;
  assert.notEqual(await chat([255, 0, 0]), await chat([0, 0, 255]));
  const generate = async (colour) => (await client.generate({ model: 'tiny-vision', prompt: 'what is this?', images: [squarePng(colour)], options })).response;
  assert.notEqual(await generate([255, 0, 0]), await generate([0, 0, 255]));
});

test('calls tools with object arguments and takes their results', async () => {
  const request = { model: stub.model, messages: user('stub:tool light on'), tools: [lightTool] };
  const whole = await stubClient.chat(request);
  assert.equal(whole.message.tool_calls[0].function.name, 'switch_light');
  assert.equal(typeof whole.message.tool_calls[0].function.arguments, 'object');
  let calls = [];
  for await (const part of await stubClient.chat({ ...request, stream: true })) calls = calls.concat(part.message.tool_calls ?? []);
  assert.equal(calls.length, 1);
  const followed = await stubClient.chat({
    model: stub.model, messages: [...user('light on'), whole.message, { role: 'tool', tool_name: 'switch_light', content: 'done' }],
  });
  assert.equal(followed.done_reason, 'stop');
});

test('embeds one, many and the old way', async () => {
  const many = await client.embed({ model: real.embedding, input: ['one', 'two'] });
  assert.equal(many.embeddings.length, 2);
  const one = await client.embed({ model: real.embedding, input: 'one', dimensions: 8 });
  assert.equal(one.embeddings[0].length, 8);
  assert.ok(Math.abs(Math.hypot(...one.embeddings[0]) - 1) < 1e-3);
  assert.equal((await client.embeddings({ model: real.embedding, prompt: 'one' })).embedding.length, many.embeddings[0].length);
});

test('loads, tells what is loaded, and unloads', async () => {
  assert.equal((await client.generate({ model: real.model, prompt: '', keep_alive: '5m' })).done_reason, 'load');
  const loaded = (await client.ps()).models.find((model) => model.name === 'seedling:latest');
  assert.ok(loaded && loaded.size > 0 && Date.parse(loaded.expires_at) > Date.now());
  assert.equal((await client.chat({ model: real.model, messages: [], keep_alive: 0 })).done_reason, 'unload');
  await until('it is unloaded', async () => !(await client.ps()).models.some((model) => model.name === 'seedling:latest'), 10_000);
});

test('errors are flat and typed', async () => {
  await assert.rejects(client.chat({ model: 'nope', messages: user('x') }), { status_code: 404 });
  await assert.rejects(client.show({ model: 'nope' }), { status_code: 404 });
  await assert.rejects(client.delete({ model: 'nope' }), { status_code: 404 });
  await assert.rejects(client.generate({ model: real.model, prompt: 'x', options: { temperature: 'hot' } }), { status_code: 400 });
  await assert.rejects(client.chat({ model: real.model, messages: user('x'), think: true }), { status_code: 400 });
  await assert.rejects(client.push({ model: 'x' }), { status_code: 501 });
  await assert.rejects(client.create({ model: 'x', from: 'y' }), { status_code: 501 });
  await assert.rejects(client.chat({ model: real.model, messages: [{ role: 'user', content: 'x', images: ['iVBORw0KGgo='] }] }), { status_code: 400 });
});

test('an engine that dies in a stream gives an error line', async () => {
  await assert.rejects(async () => {
    for await (const part of await stubClient.chat({ model: stub.model, messages: user('stub:die stub:tokens=20 stub:rate=200'), stream: true })) assert.ok(part);
  });
});

test('abort stops the generation', async () => {
  await until('the engine is back', async () => stubClient.chat({ model: stub.model, messages: user('hello') }).then(() => true, () => false), 20_000);
  const stream = await stubClient.chat({ model: stub.model, messages: user('stub:tokens=100000 stub:rate=100'), options: { num_predict: 100000 }, stream: true });
  await stream[Symbol.asyncIterator]().next();
  stream.abort();
  await until('the generation stops', async () => (await stubStats(stub.url)).active <= 1);
});
