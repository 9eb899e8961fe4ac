// A real home's answers have the fields and types of the recorded ones, which the compiler checks our types against.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { makeHome } from '../../../tests/support/home.mjs';

const recorded = (name) => JSON.parse(readFileSync(new URL(`../src/api/recorded/${name}.json`, import.meta.url), 'utf8'));
let home;

before(async () => {
  home = await makeHome();
  await home.start();
});
after(() => home?.stop());

/** The types of all fields, lists by their first item: {"loaded[].name": "string"}. */
function shape(value, path = '') {
  if (Array.isArray(value)) return value.length === 0 ? {} : shape(value[0], `${path}[]`);
  if (value === null || typeof value !== 'object') return { [path]: value === null ? 'null' : typeof value };
  return Object.assign({}, ...Object.entries(value).map(([name, inner]) => shape(inner, path ? `${path}.${name}` : name)));
}

/** Null is a type's absence, not another type. More fields than recorded are fine: the home may grow. */
function assertCovers(now, then, what) {
  const [fields, known] = [shape(now), shape(then)];
  for (const [path, type] of Object.entries(known)) {
    assert.ok(path in fields, `${what} lacks ${path}`);
    if (fields[path] !== 'null' && type !== 'null') assert.equal(fields[path], type, `${what}: ${path}`);
  }
}

test('what the home answers has the recorded shape', async () => {
  await home.json('/localscale/v1/load', { name: 'seedling' });
  assertCovers((await home.json('/localscale/v1/status')).body, recorded('status'), 'status');
  assertCovers((await home.json('/localscale/v1/models')).body, recorded('models'), 'models');
  assertCovers((await home.json('/localscale/v1/models/seedling')).body, recorded('model'), 'model');
  assertCovers((await home.json('/localscale/v1/ps')).body, recorded('ps'), 'ps');
});

test('its errors have the recorded status and code', async () => {
  const errors = recorded('errors');
  for (const [name, method, path, body] of [
    ['missing', 'GET', '/localscale/v1/models/none'], ['pull_bad', 'POST', '/localscale/v1/pull', { name: '!!', stream: true }], ['badjson', 'POST', '/localscale/v1/load', {}],
  ]) {
    const answer = await home.json(path, body, method);
    assert.equal(answer.status, errors[name].status, name);
    assert.equal(answer.body.error.code, errors[name].body.error.code, name);
  }
});
