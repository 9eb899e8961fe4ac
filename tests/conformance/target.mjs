// The home under test. Two kinds: 'real' runs Seedling and three tiny models (they embed, call tools, see) on llama-server,
// 'stub' runs the scripted engine (it can call tools, be slow, be refused). With LOCALSCALE_TEST_URL (or …_STUB_URL) a home that runs
// already is used instead.
import { join } from 'node:path';
import { makeHome } from '../support/home.mjs';
import { toolTemplate, writeTinyModel, writeTinyProjector } from '../support/tiny_models.mjs';

const chatTemplate = '{% if tools %}{{ tools | tojson }}{% endif %}'
  + '{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}';

/** {url, model, embedding, stop()} */
export async function startTarget(kind, options = {}) {
  const given = kind === 'stub' ? process.env.LOCALSCALE_TEST_STUB_URL : process.env.LOCALSCALE_TEST_URL;
  const names = kind === 'stub' ? { model: 'stub', embedding: 'stub-embed' } : { model: 'seedling', embedding: 'tiny-embed' };
  if (given && !options.config) return { url: given, ...names, stop: async () => {} };
  const home = await makeHome({ engine: kind, ...options });
  writeTinyModel(join(home.modelFolder, `${names.embedding}.gguf`), { pooling: 1 });
  if (kind === 'stub') writeTinyModel(join(home.modelFolder, 'stub.gguf'), { template: chatTemplate });
  else {
    writeTinyModel(join(home.modelFolder, 'tiny-tools.gguf'), { template: toolTemplate, habits: true });
    writeTinyModel(join(home.modelFolder, 'tiny-vision.gguf'), { template: chatTemplate });
    writeTinyProjector(join(home.modelFolder, 'mmproj-tiny-vision.gguf'));
  }
  await home.start();
  return { url: home.url, home, ...names, stop: () => home.stop() };
}

/** The stub engine's counters. */
export async function stubStats(url) {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ model: 'stub', messages: [{ role: 'user', content: 'stub:stats' }] }),
  });
  return JSON.parse((await response.json()).choices[0].message.content);
}

export const lightTool = {
  type: 'function',
  function: {
    name: 'switch_light',
    description: 'Switches a light.',
    parameters: { type: 'object', properties: { on: { type: 'boolean' } }, required: ['on'] },
  },
};

/** What Seedling answers with an intent to. */
export const order = 'switch the kitchen lights off';
