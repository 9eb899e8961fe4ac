// docs/openapi.json names the home's own endpoints, all of them, and answers look as it says.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { mistakes } from '../support/json_schema.mjs';
import { startHome } from '../support/home.mjs';
import { ask } from '../support/admin.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const api = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8'));
const operations = Object.entries(api.paths).flatMap(([path, item]) => Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })));

/** A schema with what it refers to in its place. */
function resolved(schema) {
  if (Array.isArray(schema)) return schema.map(resolved);
  if (schema === null || typeof schema !== 'object') return schema;
  const { $ref, allOf = [], ...own } = schema;
  const parts = [...allOf, ...($ref ? [api.components.schemas[$ref.split('/').pop()]] : [])].map(resolved);
  const self = Object.fromEntries(Object.entries(own).map(([word, value]) => [word, resolved(value)]));
  return parts.reduce((all, part) => ({ ...part, ...all, properties: { ...part.properties, ...all.properties }, required: [...(part.required ?? []), ...(all.required ?? [])] }), self);
}

/** "METHOD /path/*" of every route of the home's own API that the gateway's sources add. */
function routesInSources() {
  const folder = join(root, 'src/gateway');
  const found = [];
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpp') && !name.endsWith('_test.cpp'))) {
    const source = readFileSync(join(folder, file), 'utf8');
    const constants = Object.fromEntries([...source.matchAll(/constexpr std::string_view (\w+) = "(\/localscale[^"]*)"/g)].map(([, name, value]) => [name, value]));
    for (const [, method, literal, name, rest] of source.matchAll(/routes\.add\("(\w+)",\s*(?:"([^"]+)"|(?:std::string\()?(\w+)\)?(?: \+ "([^"]*)")?)/g)) {
      const path = literal ?? (constants[name] ? constants[name] + (rest ?? '') : undefined);
      if (path && /^\/(localscale|healthz|readyz|metrics)/.test(path)) found.push(`${method} ${path}`);
    }
  }
  return found;
}

let home;
before(async () => { home = await startHome(); });
after(async () => { await home?.stop(); });

test('every endpoint of the sources is described', () => {
  const described = operations.map(({ method, path }) => `${method} ${path.replace(/\{\w+\}.*/, '*')}`);
  const routes = routesInSources();
  assert.ok(routes.length > 30, routes.join('\n'));
  for (const route of routes) assert.ok(described.includes(route), `docs/openapi.json lacks ${route}`);
});

test('every endpoint that is described is there', async () => {
  for (const { method, path } of operations.filter(({ path: one }) => one.startsWith('/localscale/v1/'))) {
    if (path.endsWith('/events') || path.endsWith('/stream')) continue;  // They never end.
    const { status, body } = await ask(home, path.replace('/localscale/v1/', '').replace(/\{\w+\}/g, 'nothing'), { method, body: method === 'GET' ? undefined : {} });
    assert.notEqual(status, 405, `${method} ${path}`);
    assert.doesNotMatch(body?.error?.message ?? '', /^There is no \w+ \/localscale/, `${method} ${path}`);
  }
});

test('answers look as described', async () => {
  const { body: { conversation: { id } } } = await ask(home, 'conversations', { method: 'POST', body: { title: 'Lamps', model: 'seedling' } });
  await ask(home, `conversations/${id}/messages`, { method: 'POST', body: { role: 'user', content: 'mute the tv', state: 'done' } });
  const { body: { key } } = await ask(home, 'keys', { method: 'POST', body: { name: 'tablet' } });
  assert.ok(key);
  const names = { name: 'seedling', id };
  for (const { path, method, operation } of operations) {
    const schema = operation.responses['200']?.content['application/json']?.schema;
    if (method !== 'GET' || !schema) continue;
    const query = (operation.parameters ?? []).some(({ in: where, required }) => where === 'query' && required) ? '?name=seedling' : '';
    const asked = path.replace('/localscale/v1/', '').replace(/\{(\w+)\}/g, (_, name) => names[name]) + query;
    const { status, body } = await ask(home, asked);
    assert.equal(status, 200, `${asked}: ${JSON.stringify(body)}`);
    assert.deepEqual(mistakes(resolved(schema), body), [], asked);
  }
});
