// The npm packages @langchain/openai and @langchain/ollama against a home.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { after, before, test } from 'node:test';
import { ChatOllama, OllamaEmbeddings } from '@langchain/ollama';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { lightTool, order, startTarget } from './target.mjs';

globalThis.crypto ??= webcrypto;  // LangChain takes it for granted; Node.js 18 has no global one

let real;
let stub;
let chats;

before(async () => {
  [real, stub] = await Promise.all([startTarget('real'), startTarget('stub')]);
  const configuration = { baseURL: `${real.url}/v1` };
  chats = [
    new ChatOpenAI({ model: real.model, apiKey: 'none', temperature: 0, maxRetries: 0, configuration }),
    new ChatOllama({ model: real.model, baseUrl: real.url, temperature: 0, maxRetries: 0 }),
  ];
});

after(() => Promise.all([real?.stop(), stub?.stop()]));

test('answers and streams the same text', async () => {
  for (const chat of chats) {
    const { content } = await chat.invoke(order);
    let streamed = '';
    for await (const piece of await chat.stream(order)) streamed += piece.content;
    assert.ok(content.length > 0);
    assert.equal(streamed, content);
  }
});

test('binds tools', async () => {
  const stubs = [
    new ChatOpenAI({ model: stub.model, apiKey: 'none', maxRetries: 0, configuration: { baseURL: `${stub.url}/v1` } }),
    new ChatOllama({ model: stub.model, baseUrl: stub.url, maxRetries: 0 }),
  ];
  for (const chat of stubs) {
    const { tool_calls: calls } = await chat.bindTools([lightTool]).invoke('stub:tool');
    assert.equal(calls[0].name, 'switch_light');
  }
});

test('embeds', async () => {
  const both = [
    new OpenAIEmbeddings({ model: real.embedding, apiKey: 'none', maxRetries: 0, configuration: { baseURL: `${real.url}/v1` } }),
    new OllamaEmbeddings({ model: real.embedding, baseUrl: real.url, maxRetries: 0 }),
  ];
  const [openai, ollama] = await Promise.all(both.map((embeddings) => embeddings.embedDocuments(['one', 'two'])));
  assert.equal(openai.length, 2);
  assert.equal(openai[0].length, ollama[0].length);
});
