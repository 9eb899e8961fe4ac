import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../api/problem.ts';
import type { AnswerPart } from '../api/chat.ts';
import type { Conversation, Message } from '../api/types.ts';
import { settled } from '../testing.ts';
import { Thread, type ThreadWorld } from './thread.ts';

/** A house that keeps one conversation, and a model that says what the test wants. */
class World implements ThreadWorld {
  stored: Message[] = [];
  calls: string[] = [];
  asked: string[][] = [];
  loaded = true;
  time = 0;
  revision = 1;
  say: (signal: AbortSignal) => AsyncGenerator<AnswerPart, void, undefined> = async function* () { yield { text: 'Hi.' }; yield { tokens: 2, tokensPerSecond: 9 }; };

  conversation(): Conversation { return { id: 'c', title: 'T', model: 'm', created_at: '', updated_at: '', messages: this.stored.length, revision: this.revision }; }
  api: { -readonly [Name in keyof ThreadWorld['api']]: ThreadWorld['api'][Name] } = {
    getConversation: () => Promise.resolve(this.conversation()),
    changeConversation: (_, change) => { this.calls.push(`change ${change.model}`); return Promise.resolve(this.conversation()); },
    getMessages: (_, from, limit) => { this.calls.push(`get ${from}`); return Promise.resolve(this.stored.slice(from - 1, from - 1 + limit)); },
    appendMessage: (_, message) => {
      const stored = { ...message, seq: this.stored.length + 1, at: '' };
      this.stored.push(stored);
      return Promise.resolve(stored);
    },
    replaceMessage: (_, message, leaving) => {
      this.calls.push(`put ${message.seq} ${message.state} ${message.content}${leaving ? ' leaving' : ''}`);
      this.stored[message.seq - 1] = message;
      return Promise.resolve(message);
    },
    cutMessages: (_, seq) => { this.calls.push(`cut ${seq}`); this.stored.length = seq - 1; return Promise.resolve(); },
  };
  answer: ThreadWorld['answer'] = (_, turns, signal) => { this.asked.push(turns.map((turn) => turn.content)); return this.say(signal); };
  load: ThreadWorld['load'] = async function* () { yield { status: 'loading', total: 9, elapsed_ms: 5 }; yield { status: 'success' }; };
  isLoaded = (): boolean => this.loaded;
  contextOf = (): number => 4096;
  now = (): number => this.time;
  soon = (draw: () => void): void => draw();
}

const open = (world: World): Thread => new Thread(world.conversation(), world);
const contents = (thread: Thread): string[] => thread.messages.tail(99).map((message) => `${message.role}:${message.content}:${message.state}`);

test('a question gets its answer, and the house keeps both', async () => {
  const world = new World();
  const thread = open(world);
  await thread.send('Hello', 'm');
  assert.deepEqual(contents(thread), ['user:Hello:done', 'assistant:Hi.:done']);
  assert.deepEqual(world.stored[1], { seq: 2, role: 'assistant', content: 'Hi.', state: 'done', model: 'm', at: '', tokens: 2, tokens_per_second: 9 });
  assert.equal(thread.answering.value, false);
});

test('a partial answer is stored every two seconds', async () => {
  const world = new World();
  world.say = async function* () { for (const text of ['a', 'b', 'c', 'd']) { world.time += 1000; yield { text }; } };
  await open(world).send('x', 'm');
  assert.deepEqual(world.calls.filter((call) => call.startsWith('put')), ['put 2 writing ab', 'put 2 writing abcd', 'put 2 done abcd']);
});

test('stopping keeps what there is', async () => {
  const world = new World();
  world.say = async function* (signal) {
    yield { text: 'Half' };
    thread.stop();
    signal.throwIfAborted();
  };
  const thread = open(world);
  await thread.send('x', 'm');
  assert.deepEqual(contents(thread), ['user:x:done', 'assistant:Half:stopped']);
  assert.equal(thread.problem.value, null);
});

test('an answer that breaks off is kept as such, with the reason', async () => {
  const world = new World();
  world.say = async function* () { yield { text: 'Half' }; throw new Problem('cut_off', 'broke'); };
  const thread = open(world);
  await thread.send('x', 'm');
  assert.deepEqual(contents(thread), ['user:x:done', 'assistant:Half:failed']);
  assert.equal(thread.problem.value?.what, 'broke');
});

test('no answer at all leaves the question, which can be asked again', async () => {
  const world = new World();
  const answers = [async function* (): AsyncGenerator<AnswerPart> { throw new Problem('busy', 'died'); }, async function* (): AsyncGenerator<AnswerPart> { yield { text: 'Now.' }; }];
  world.say = () => (answers.shift() as () => AsyncGenerator<AnswerPart>)();
  const thread = open(world);
  await thread.send('x', 'm');
  assert.deepEqual(contents(thread), ['user:x:done']);
  await thread.retry('m');
  assert.deepEqual(contents(thread), ['user:x:done', 'assistant:Now.:done']);
  assert.equal(thread.problem.value, null);
  assert.deepEqual(world.asked, [['x'], ['x']]);
});

test('trying again replaces the last answer', async () => {
  const world = new World();
  const thread = open(world);
  await thread.send('x', 'm');
  world.say = async function* () { yield { text: 'Better.' }; };
  await thread.retry('m');
  assert.deepEqual(contents(thread), ['user:x:done', 'assistant:Better.:done']);
  assert.equal(world.stored.length, 2);
});

test('a question in other words drops what came after it', async () => {
  const world = new World();
  const thread = open(world);
  for (const text of ['one', 'two', 'three']) await thread.send(text, 'm');
  await thread.edit(3, 'zwei', 'm');
  assert.deepEqual(contents(thread).filter((one) => one.startsWith('user')), ['user:one:done', 'user:zwei:done']);
  assert.deepEqual(world.asked.at(-1), ['one', 'Hi.', 'zwei']);
});

test('a model that is not in memory is loaded first, and the wait is told', async () => {
  const world = new World();
  world.loaded = false;
  const thread = open(world);
  const waits: unknown[] = [];
  thread.waiting.subscribe((waiting) => waits.push(waiting));
  await thread.send('x', 'm');
  assert.deepEqual(waits, [null, { status: 'loading', total: 9, elapsedMs: 5 }, null]);
});

test('a question that the house does not take is given back', async () => {
  const world = new World();
  world.api.appendMessage = () => Promise.reject(new Problem('offline', 'gone'));
  const thread = open(world);
  await assert.rejects(thread.send('x', 'm'), { what: 'gone' });
  assert.equal(thread.answering.value, false);
});

test('another tab’s messages appear; while one writes here, they wait', async () => {
  const world = new World();
  const thread = open(world);
  await world.api.appendMessage('c', { role: 'user', content: 'from the phone', state: 'done' });
  world.revision = 5;
  await thread.follow({ id: 'c', revision: 5, change: 'messages', from_seq: 1 });
  assert.deepEqual(contents(thread), ['user:from the phone:done']);
  await thread.follow({ id: 'c', revision: 5, change: 'messages', from_seq: 1 });
  assert.equal(world.calls.filter((call) => call.startsWith('get')).length, 1);
});

test('another tab’s cut takes messages away here, too', async () => {
  const world = new World();
  const thread = open(world);
  for (const text of ['one', 'two']) await thread.send(text, 'm');
  world.stored.length = 2;
  await thread.follow({ id: 'c', revision: 9, change: 'messages', from_seq: 3 });
  assert.deepEqual(contents(thread), ['user:one:done', 'assistant:Hi.:done']);
});

test('a page that is closed leaves what was written', async () => {
  const world = new World();
  let more: () => void = () => undefined;
  world.say = async function* () { yield { text: 'Half' }; await new Promise<void>((done) => { more = done; }); };
  const thread = open(world);
  const sent = thread.send('x', 'm');
  await settled();
  thread.leave();
  assert.equal(world.calls.at(-1), 'put 2 stopped Half leaving');
  more();
  await sent;
});

test('another model is kept with the conversation', async () => {
  const world = new World();
  const thread = open(world);
  await thread.send('x', 'm');
  await thread.send('y', 'other');
  assert.deepEqual(world.calls.filter((call) => call.startsWith('change')), ['change other']);
  assert.equal(thread.conversation.value.model, 'other');
});

test('only the pages that are looked at are fetched', async () => {
  const world = new World();
  world.stored = Array.from({ length: 10_000 }, (_, i) => ({ seq: i + 1, role: 'user', content: 'x', state: 'done', at: '' }));
  const thread = open(world);
  await Promise.all([thread.ensure(9990, 10_000), thread.ensure(9990, 10_000)]);
  await thread.ensure(5000, 5010);
  assert.deepEqual(world.calls, ['get 9901', 'get 4901', 'get 5001']);
});
