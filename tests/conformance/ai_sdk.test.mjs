// The npm package ai with its OpenAI-compatible and Anthropic providers against a home.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { embedMany, generateObject, generateText, jsonSchema, streamText, tool } from 'ai';
import { order, startTarget } from './target.mjs';

let real;
let stub;
let openai;
let anthropic;

before(async () => {
  [real, stub] = await Promise.all([startTarget('real'), startTarget('stub')]);
  openai = createOpenAICompatible({ name: 'localscale', baseURL: `${real.url}/v1`, supportsStructuredOutputs: true });
  anthropic = createAnthropic({ baseURL: `${real.url}/v1`, apiKey: 'none' });
});

after(() => Promise.all([real?.stop(), stub?.stop()]));

test('generates and streams text', async () => {
  for (const model of [openai('seedling'), anthropic('seedling')]) {
    const { text } = await generateText({ model, prompt: order, temperature: 0, maxRetries: 0 });
    let streamed = '';
    for await (const piece of streamText({ model, prompt: order, temperature: 0, maxRetries: 0 }).textStream) streamed += piece;
    assert.ok(text.length > 0);
    assert.equal(streamed, text);
  }
});

test('generates an object of a schema', async () => {
  const schema = jsonSchema({ type: 'object', properties: { on: { type: 'boolean' } }, required: ['on'], additionalProperties: false });
  const { object } = await generateObject({ model: openai('seedling'), schema, prompt: order, maxRetries: 0 });
  assert.equal(typeof object.on, 'boolean');
});

test('calls a tool', async () => {
  const provider = createOpenAICompatible({ name: 'stub', baseURL: `${stub.url}/v1` });
  const light = tool({ description: 'Switches a light.', inputSchema: jsonSchema({ type: 'object', properties: {} }) });
  const { toolCalls } = await generateText({ model: provider('stub'), tools: { light }, prompt: 'stub:tool', maxRetries: 0 });
  assert.equal(toolCalls[0].toolName, 'light');
});

test('embeds many', async () => {
  const { embeddings } = await embedMany({ model: openai.textEmbeddingModel(real.embedding), values: ['one', 'two'], maxRetries: 0 });
  assert.equal(embeddings.length, 2);
});

test('an unknown model is an API error with status 404', async () => {
  await assert.rejects(generateText({ model: openai('gpt-9'), prompt: 'x', maxRetries: 0 }), { statusCode: 404 });
});
