import assert from 'node:assert/strict';
import { test } from 'node:test';
import status from '../api/recorded/status.json';
import modelList from '../api/recorded/models.json';
import type { ConfigKey, ConfigSection, LogLine, Message, Pull, Sample } from '../api/types.ts';
import { faultOf, matching, withChange } from './config.ts';
import { turnsFor } from './context.ts';
import { merged } from './log_view.ts';
import { Messages, pageSize } from './messages.ts';
import { chosenModel, stillLoading, withTag } from './models.ts';
import { secondsLeft, withProgress } from './pulls.ts';
import { inLast, sampleOf, samplesMax, thinned, withHistory, withSample } from './samples.ts';
import { stepAfter, stepBefore } from './setup.ts';
import { titleOf } from './conversations.ts';

const sample = (at: number, tokens = 0): Sample => ({ at_unix: at, answer_tokens_per_second: tokens, memory_used_bytes: 1, models_bytes: 0, watts: null, answers: 0 });

test('a recorded state gives a sample, also without the figures that a home does not tell yet', () => {
  assert.deepEqual(sampleOf(status, 100), {
    at_unix: 100, answer_tokens_per_second: 0, memory_used_bytes: status.memory_total_bytes - status.memory_available_bytes, models_bytes: 34_437_376, watts: null, answers: 0,
  });
});

test('samples are one a second, and ordered when the clock jumps', () => {
  const all = [sample(100), sample(101)];
  assert.deepEqual(withSample(all, sample(101.7, 9)), [sample(100), sample(101.7, 9)]);
  assert.deepEqual(withSample(all, sample(3)), all);
});

test('a page that is open for days keeps a day, its last ten minutes in full', () => {
  let all: Sample[] = [];
  const end = 100_000;
  for (let at = 0; at <= end; at += at < 90_000 ? 5 : 1) all = withSample(all, sample(at));
  assert.ok(all.length <= samplesMax, `${all.length}`);
  assert.ok((all[0]?.at_unix ?? end) < end - 85_000);
  assert.equal(inLast(all, 10, end).length, 601);
});

test('what the home remembers comes first, and nothing twice', () => {
  const all = withHistory([sample(10), sample(20), sample(30)], { step_seconds: 10, samples: [sample(5), sample(20)] });
  assert.deepEqual(all.map((one) => one.at_unix), [5, 20, 30]);
  assert.deepEqual(inLast(all, 0.25, 35).map((one) => one.at_unix), [20, 30]);
});

test('a thinned line keeps its mean and its holes', () => {
  const points = Array.from({ length: 1000 }, (_, i) => [i, i < 500 ? null : 4] as const);
  const thin = thinned(points, 10);
  assert.equal(thin.length, 10);
  assert.deepEqual(thin.map(([, y]) => y), [null, null, null, null, null, 4, 4, 4, 4, 4]);
  assert.deepEqual(thinned([], 10), []);
});

test('a pull goes from line to line, and its bar never jumps back for a small file', () => {
  let pulls = withProgress(new Map<string, Pull>(), 'x', { status: 'pulling manifest' });
  pulls = withProgress(pulls, 'x', { status: 'pulling 1', total: 1000, completed: 900, bytes_per_second: 50 });
  pulls = withProgress(pulls, 'x', { status: 'pulling 2', total: 10, completed: 1 });
  assert.deepEqual([pulls.get('x')?.completed, pulls.get('x')?.total, pulls.get('x')?.status], [900, 1000, 'pulling 2']);
  assert.equal(secondsLeft(pulls.get('x') as Pull), 2);
  assert.equal(withProgress(pulls, 'x', { status: 'success' }).size, 0);
});

test('a failed pull says why; a paused one stays paused when its request ends', () => {
  const running = withProgress(new Map<string, Pull>(), 'x', { status: 'pulling 1', total: 10, completed: 5 });
  assert.deepEqual(withProgress(running, 'x', { status: 'failed', message: 'No network' }).get('x')?.message, 'No network');
  const paused = withProgress(running, 'x', { status: 'paused' });
  assert.equal(withProgress(paused, 'x', { status: 'failed', message: 'cancelled' }).get('x')?.state, 'paused');
  assert.equal(withProgress(paused, 'x', { status: 'pulling 1', total: 10, completed: 6 }).get('x')?.state, 'running');
  assert.equal(secondsLeft(paused.get('x') as Pull), null);
});

test('names get their tag, as the home has them', () => {
  assert.deepEqual(['a', 'a:1b', 'host:5000/x/y', 'host:5000/x/y:q4'].map(withTag), ['a:latest', 'a:1b', 'host:5000/x/y:latest', 'host:5000/x/y:q4']);
});

test('the model for a chat is the wish, the default, or the first that chats', () => {
  const [seedling] = modelList.models;
  assert.ok(seedling);
  const list = [{ ...seedling, name: 'embed:latest', capabilities: ['embedding'] }, { ...seedling, name: 'b:1' }, seedling];
  assert.equal(chosenModel(list, null, 'seedling'), 'seedling:latest');
  assert.equal(chosenModel(list, 'b:1', 'seedling'), 'b:1');
  assert.equal(chosenModel(list, 'gone:1', 'also-gone'), 'b:1');
  assert.equal(chosenModel(list, 'embed:latest', ''), 'b:1');
  assert.equal(chosenModel([], 'b:1', 'seedling'), '');
});

test('a load is forgotten when the model is there', () => {
  const loads = new Map([['seedling', { name: 'seedling', status: 'loading' }]]);
  const entry = { name: 'seedling:latest', memory_bytes: 0, in_use: 0, expires_at: null };
  assert.equal(stillLoading(loads, [{ ...entry, state: 'loading' }]), loads);
  assert.equal(stillLoading(loads, [{ ...entry, state: 'ready' }]).size, 0);
});

const message = (seq: number, role: Message['role'], content: string): Message => ({ seq, role, content, state: 'done', at: '' });

test('a model is sent what fits, questions and answers in turn, the question last', () => {
  const long = Array.from({ length: 21 }, (_, i) => message(i + 1, i % 2 === 0 ? 'user' : 'assistant', 'x'.repeat(100)));
  const { turns, leftOut } = turnsFor(long, 400);
  assert.equal(turns.at(-1)?.role, 'user');
  assert.equal(turns[0]?.role, 'user');
  assert.equal(turns.length + leftOut, 21);
  assert.ok(turns.length * 100 <= 900);
});

test('even a question that is too long is asked; what got no answer is left out', () => {
  assert.deepEqual(turnsFor([message(1, 'user', 'y'.repeat(9999))], 10).turns.length, 1);
  const all = [message(1, 'user', 'a'), message(2, 'user', 'b'), message(3, 'assistant', 'c'), message(4, 'assistant', ''), message(5, 'user', 'd')];
  assert.deepEqual(turnsFor(all, 1000).turns.map((turn) => turn.content), ['b', 'c', 'd']);
});

test('pages of messages are asked for once, and only where something is missing', () => {
  const messages = new Messages();
  messages.setCount(1000);
  assert.deepEqual(messages.missingPages(350, 420), [301, 401]);
  messages.put(Array.from({ length: pageSize }, (_, i) => message(301 + i, 'user', 'x')));
  assert.deepEqual(messages.missingPages(350, 420), [401]);
  assert.deepEqual(messages.missingPages(-50, 20), [1]);
  assert.deepEqual(messages.missingPages(990, 1200), [901]);
  messages.setCount(350);
  assert.equal(messages.at(351), undefined);
  assert.equal(messages.tail(100).length, 50);
});

const key = (more: Partial<ConfigKey>): ConfigKey => ({
  path: 'api.port', type: 'whole', comment: 'The port.', allowed: '', default: 7411, value: 7411, running: 7411, min: 1, max: 65_535, needs_restart: true, ...more,
});

test('a value as it was is no change', () => {
  const changed = withChange(new Map(), key({}), 80);
  assert.deepEqual([...changed], [['api.port', 80]]);
  assert.equal(withChange(changed, key({}), 7411).size, 0);
  assert.equal(withChange(new Map(), key({ type: 'list', value: ['a'], default: [] }), ['a']).size, 0);
});

test('numbers out of range are told before the home is asked', () => {
  for (const wrong of [0, 65_536, 1.5, Number.NaN]) assert.match(faultOf(key({}), wrong) ?? '', /from 1 to 65,535/);
  assert.equal(faultOf(key({}), 80), null);
});

test('settings are found by any words of their path and meaning', () => {
  const sections: ConfigSection[] = [{ name: 'api', comment: '', keys: [key({}), key({ path: 'api.ollama_port', comment: 'Ollama’s PORT.', value: true, default: false })] }];
  const paths = (words: string, changedOnly = false): string[] => matching(sections, { words, changedOnly }).flatMap((section) => section.keys.map((one) => one.path));
  assert.deepEqual(paths(''), ['api.port', 'api.ollama_port']);
  assert.deepEqual(paths('port ollama'), ['api.ollama_port']);
  assert.deepEqual(paths('', true), ['api.ollama_port']);
  assert.deepEqual(matching(sections, { words: 'nothing', changedOnly: false }), []);
});

test('log lines come in order, once, and not without end', () => {
  const line = (id: number): LogLine => ({ id, time: '', level: 'info', process: 'house', message: '' });
  assert.deepEqual(merged([line(1), line(2)], [line(2), line(3)]).map((one) => one.id), [1, 2, 3]);
  const many = merged(Array.from({ length: 3000 }, (_, i) => line(i + 1)), [line(3001)]);
  assert.deepEqual([many.length, many.at(-1)?.id], [2000, 3001]);
});

test('the steps of the set-up have a first and a last', () => {
  assert.deepEqual([stepAfter('name'), stepAfter('chat'), stepBefore('measure'), stepBefore('name')], ['measure', 'chat', 'name', 'name']);
});

test('a conversation is called by its first words', () => {
  assert.equal(titleOf('  Hello there\nand more'), 'Hello there');
  const title = titleOf('Write a small Python script that sorts my photos into folders by year and month');
  assert.match(title, /^Write a small Python script that sorts my photos into…$/);
  assert.equal(titleOf('x'.repeat(200)).length, 61);
  assert.equal(titleOf(`${'x'.repeat(59)}🍞🍞`), `${'x'.repeat(59)}…`);
});
