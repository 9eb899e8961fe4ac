// What Seedling is trained to say about Localscale is true: each command, key and path that its answers name exists.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { programs } from '../support/home.mjs';

const document = (path) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const answers = document('models/seedling/corpus/handbook/topics.txt').trim().split('\n').map((line) => line.split('\t'));
const localscale = (...args) => spawnSync(join(programs, 'localscale'), args, { encoding: 'utf8' });
const named = (pattern) => answers.flatMap(([topic, answer]) => [...answer.matchAll(pattern)].map((found) => ({ topic, words: found[0], found })));

test('Seedling has one answer for each topic, and none looks like an intent or a refusal', () => {
  assert.ok(answers.length >= 70);
  assert.equal(new Set(answers.map(([topic]) => topic)).size, answers.length);
  assert.equal(new Set(answers.map(([, answer]) => answer)).size, answers.length);
  for (const [topic, answer] of answers) {
    assert.match(answer, /^[A-Za-z][ -~]+$/, topic);
    assert.ok(!(answer.includes('small') && answer.includes('localscale pull')), `${topic} reads like a refusal`);
  }
});

test('every verb and option in the answers is one of the command line', () => {
  const verbs = named(/(?<!\/)localscale ((?:key |models |config )?[a-z]+)((?: [^.,;:)]*)?)/g);
  assert.ok(verbs.length > 40);
  for (const { topic, words, found: [, verb, rest] } of verbs) {
    const help = localscale(...verb.split(' '), '--help');
    assert.equal(help.status, 0, `${topic}: ${words}`);
    for (const [option] of rest.matchAll(/--[a-z-]+/g)) assert.ok(help.stdout.includes(option), `${topic}: ${verb} has no ${option}`);
  }
});

test('every key in the answers is taken, with its value, by a config file', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'localscale-handbook-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const config = join(folder, 'config.toml');
  for (const { topic, found: [, key, value] } of named(/localscale config set ([a-z_.]+) (\S+[^\s,.])/g)) {
    const { status, stderr } = localscale('--config', config, 'config', 'set', key, value);
    assert.equal(status, 0, `${topic}: ${stderr}`);
  }
});

test('every path and port in the answers stands in the documents', () => {
  const documents = ['install', 'quick-start', 'configuration', 'api', 'lan', 'clients', 'cli'].map((name) => document(`docs/${name}.md`)).join('\n');
  for (const { topic, words } of named(/(?:\/var\/lib|~\/)[\w./-]*\w|\/(?:v1\/\w+|metrics|healthz|readyz)\b|\bca\.pem\b|\b(?:7411|7443|11434)\b|\b[A-Z]+_(?:HOST|BASE_URL)\b/g)) {
    assert.ok(documents.includes(words), `${topic}: ${words}`);
  }
});
