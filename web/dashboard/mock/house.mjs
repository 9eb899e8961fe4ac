// A made-up house in memory: state, models, pulls, conversations, keys, logs, set-up. What it answers is what ENDPOINTS.md says.
import { randomBytes } from 'node:crypto';
import { configSections } from './config.mjs';

const GB = 1e9;
const nowUnix = () => Math.floor(Date.now() / 1000);
const rfc3339 = (ms = Date.now()) => new Date(ms).toISOString();

const model = (name, bytes, parameters, quantization, more = {}) => ({
  name, digest: `sha256:${name.length.toString(16).padStart(64, '7')}`, bytes, source: 'own', path: `/var/lib/localscale/models/${name}`,
  modified_at_unix: nowUnix() - 86_400 * name.length, architecture: 'llama', parameter_size: parameters, quantization, context_length: 8192, embedding_length: 2048,
  layers: 16, projector: '', capabilities: ['completion'], ...more,
});

const fit = (name, about, bytes, verdict, speed, more = {}) => ({
  name, about, bytes, installed: false, verdict, memory_needed_bytes: Math.round(bytes * 1.25), memory_budget_bytes: 21.5 * GB, disk_free_bytes: 183 * GB,
  context_tokens: 8192, answer_tokens_per_second: speed, prompt_tokens_per_second: speed === null ? null : speed * 5, basis: speed === null ? 'none' : 'estimated',
  capabilities: ['completion', 'tools'],
  reason: { fits: 'Fits with its whole context.', tight: 'Fits with a shorter context; close other programs first.', too_big: 'Needs more memory than this machine has for models.' }[verdict],
  ...more,
});

export class House {
  constructor({ fresh = false, messages = 0 } = {}) {
    this.boot = randomBytes(4).toString('hex');
    this.started = Date.now();
    this.events = [];
    this.listeners = new Set();
    this.logListeners = new Set();
    this.models = [
      model('seedling:latest', 3_076_640, '2.8M', 'Q8_0', { source: 'shipped', context_length: 1024 }),
      model('llama3.2:3b', 2.02 * GB, '3.2B', 'Q4_K_M', { capabilities: ['completion', 'tools'], context_length: 131_072 }),
      model('nomic-embed-text:latest', 274_000_000, '137M', 'F16', { capabilities: ['embedding'], source: 'ollama', context_length: 2048 }),
    ];
    this.problems = fresh ? [] : [{ name: 'broken:latest', path: '/srv/models/broken.gguf', message: 'The file ends early (1.2 GB of 4.1 GB): the copy was cut off. Copy it again, or remove it.' }];
    this.loaded = new Map();
    this.serving = new Map();
    this.pulls = new Map();
    this.conversations = new Map();
    this.keys = fresh ? [] : [
      { id: 'k1', name: 'tablet in the kitchen', created_at_unix: nowUnix() - 86_400 * 40, last_used_at_unix: nowUnix() - 420, requests_per_minute: 60, max_concurrent: 4, may_sign_in: false },
      { id: 'k2', name: "Mara's laptop", created_at_unix: nowUnix() - 86_400 * 3, last_used_at_unix: 0, requests_per_minute: 120, max_concurrent: 4, may_sign_in: false },
    ];
    this.sections = configSections();
    this.setup = fresh ? { done: false, step: 'name', home_name: '', measurement: null } : { done: true, step: 'chat', home_name: 'Birch Street 7', measurement: null };
    this.measurements = fresh ? [] : [1, 2, 3].map((id) => this.#measurement(id, Date.now() - (4 - id) * 86_400_000 * 5));
    this.setup.measurement = this.measurements.at(-1) ?? null;
    this.token = 'first-visit';
    this.password = null;
    this.sessions = new Map();
    this.logs = [];
    this.samples = [];
    if (!fresh) this.#fill(messages);
    this.log('info', 'supervisor', 'the home is up');
    this.log('info', 'house', `listening on 127.0.0.1:7411 version=${this.version}`);
  }

  version = '0.2.0';

  #measurement(id, at) {
    return { id, at: rfc3339(at), model: 'llama3.2:3b', answer_tokens_per_second: 17 + id * 0.6, prompt_tokens_per_second: 88 + id, threads: 8, watts: 41 };
  }

  #fill(messages) {
    this.keepLoaded('llama3.2:3b', 3.1 * GB, 1200);
    const now = nowUnix();
    for (let i = 359; i >= 0; i -= 1) {
      const busy = Math.max(0, Math.sin(i / 21) + Math.sin(i / 5) * 0.35);
      this.samples.push({
        at_unix: now - i * 10 - 1, answer_tokens_per_second: busy > 0.35 ? 12 + busy * 6 : 0, memory_used_bytes: 6.1 * GB + busy * 0.5 * GB + (i < 260 ? 3.1 * GB : 0),
        models_bytes: i < 260 ? 3.1 * GB : 0, watts: 14 + busy * 27, answers: busy > 0.35 ? 1 : 0,
      });
    }
    const first = this.createConversation('Sourdough for the weekend', 'llama3.2:3b');
    this.append(first.id, { role: 'user', content: 'How do I plan sourdough for a Saturday breakfast?', state: 'done' });
    this.append(first.id, { role: 'assistant', content: sourdough, state: 'done', model: 'llama3.2:3b', tokens: 214, tokens_per_second: 17.9 });
    const second = this.createConversation('A script to sort my photos', 'llama3.2:3b');
    this.append(second.id, { role: 'user', content: 'Write a small Python script that sorts my photos into folders by year and month. It should not touch anything that is not a photo, please.', state: 'done' });
    this.append(second.id, { role: 'assistant', content: photos, state: 'done', model: 'llama3.2:3b', tokens: 302, tokens_per_second: 18.2 });
    this.createConversation('Lights and alarms', 'seedling:latest');
    if (messages > 0) {
      const long = this.createConversation(`A long one: ${messages} messages`, 'llama3.2:3b');
      for (let i = 1; i <= messages; i += 1) {
        const content = i % 2 === 1 ? `Question number ${i}: what is ${i} times ${i}?` : `${i - 1} times ${i - 1} is **${(i - 1) ** 2}**.${i % 10 === 0 ? `\n\n\`\`\`js\n${i - 1} ** 2;\n\`\`\`` : ''}${' It is a square number.'.repeat(i % 7)}`;
        this.append(long.id, { role: i % 2 === 1 ? 'user' : 'assistant', content, state: 'done' }, false);
      }
    }
    const levels = ['info', 'info', 'info', 'info', 'debug', 'warn'];
    for (let i = 0; i < 260; i += 1) {
      this.log(levels[i % levels.length], i % 9 === 0 ? 'supervisor' : 'house', i % 6 === 5 ? 'the LAN door is slow to answer ms=812' : `POST /v1/chat/completions status=200 ms=${180 + ((i * 37) % 900)}.0 bytes=${900 + i} in=${70 + i} id=641653ba-${i}`, Date.now() - (260 - i) * 41_000);
    }
  }

  keepLoaded(name, bytes, seconds) {
    const context = Math.min(8192, this.models.find((entry) => entry.name === name)?.context_length ?? 8192);
    this.loaded.set(name, { name, state: 'ready', memory_bytes: bytes, gpu_memory_bytes: 0, context_tokens: context, threads: 8, in_use: 0, expires_at_unix: nowUnix() + seconds });
  }

  // ---- events ----

  publish(type, data) {
    const event = { id: `${this.boot}-${this.events.length + 1}`, type, data: JSON.stringify(data) };
    this.events.push(event);
    for (const listener of this.listeners) listener(event);
  }

  /** Null if they cannot be replayed any more. */
  after(id) {
    const [boot, number] = id.split('-');
    return boot === this.boot ? this.events.slice(Number(number)) : null;
  }

  log(level, process, message, at = Date.now()) {
    const line = { id: this.logs.length + 1, time: rfc3339(at), level, process, message };
    this.logs.push(line);
    for (const listener of this.logListeners) listener(line);
  }

  // ---- state ----

  status() {
    const loading = [...this.loaded.values()].filter((entry) => entry.state === 'loading').map((entry) => entry.name);
    const busy = this.serving.size;
    const ready = [...this.loaded.keys()].join(', ');
    const [state, reason] = loading.length > 0 ? ['Loading', `loading ${loading.join(', ')}`]
      : busy > 0 ? ['Busy', `${busy} answer${busy === 1 ? ' is' : 's are'} running`]
        : ['Idle', ready ? `ready; in memory: ${ready}` : `ready; ${this.models.length} models, loaded when asked`];
    const speed = [...this.serving.values()].reduce((sum, entry) => sum + entry.tokens_per_second, 0);
    const models = [...this.loaded.values()].reduce((sum, entry) => sum + entry.memory_bytes, 0);
    return {
      schema: 1, state, reason, version: this.version, started_at: rfc3339(this.started), uptime_seconds: Math.floor((Date.now() - this.started) / 1000) + 11_520,
      default_model: 'seedling', models: this.models.length,
      loaded: [...this.loaded.values()].map((entry) => ({ name: entry.name, state: entry.state, memory_bytes: entry.memory_bytes, in_use: entry.in_use, expires_at: rfc3339(entry.expires_at_unix * 1000) })),
      load_1min: 0.7 + busy, memory_available_bytes: Math.round(25.2 * GB - 6.1 * GB - models), memory_total_bytes: 25.2 * GB,
      walls: [{ name: 'house', stands: true, detail: 'has no way to open a connection' }, { name: 'engine', stands: true, detail: 'no network, own root' }],
      doors: [
        { name: 'loopback', open: true, url: 'http://127.0.0.1:7411/', note: '' },
        { name: 'lan', open: false, url: '', note: 'closed; open it with [lan] enabled' },
        { name: 'admin', open: true, url: 'unix socket', note: '' },
      ],
      home_name: this.setup.home_name, serving: [...this.serving.values()], speed: { answer_tokens_per_second: speed, prompt_tokens_per_second: 0 },
      power: { watts: 14 + busy * 27 + Math.random(), source: 'rapl', note: 'processor and memory, measured' },
    };
  }

  tick() {
    const status = this.status();
    this.samples.push({ at_unix: nowUnix(), answer_tokens_per_second: status.speed.answer_tokens_per_second, memory_used_bytes: status.memory_total_bytes - status.memory_available_bytes, models_bytes: 0, watts: status.power.watts, answers: this.serving.size });
    if (this.samples.length > 4000) this.samples.shift();
    for (const listener of this.listeners) listener({ id: '', type: 'state', data: JSON.stringify(status) });
    for (const pull of this.pulls.values()) if (pull.state === 'running') this.#pullOn(pull);
  }

  // ---- pulls ----

  suggestions() {
    return [
      fit('llama3.2:1b', 'Small and quick: short questions, summaries, simple chores.', 1.32 * GB, 'fits', 41),
      fit('qwen2.5-coder:7b', 'Writes and explains code; takes tools.', 4.68 * GB, 'fits', 9.6),
      fit('gemma3:12b', 'Good all-round answers; also looks at pictures.', 8.15 * GB, 'tight', 5.2, { capabilities: ['completion', 'vision'], context_tokens: 4096 }),
      fit('llama3.3:70b', 'Close to the large services in quality.', 42.5 * GB, 'too_big', null),
    ].map((entry) => ({ ...entry, installed: this.models.some((known) => known.name === entry.name) }));
  }

  fitOf(name) {
    const known = this.suggestions().find((entry) => entry.name === name);
    if (known) return known;
    if (name.includes('nothing')) return null;
    const size = Number(name.match(/(\d+(\.\d+)?)b/i)?.[1] ?? 4) * 0.62 * GB;
    return fit(name, '', size, size < 12 * GB ? 'fits' : size < 17 * GB ? 'tight' : 'too_big', size < 17 * GB ? Math.round(60 / (size / GB)) : null);
  }

  startPull(name) {
    const known = this.pulls.get(name);
    const total = this.fitOf(name)?.bytes ?? 2 * GB;
    this.pulls.set(name, { name, state: 'running', status: 'pulling 7a9c1f0e22d4', completed: known?.completed ?? 0, total, bytes_per_second: 118_000_000, message: '' });
    this.log('info', 'fetcher', `pulling ${name}`);
  }

  pausePull(name) {
    const pull = this.pulls.get(name);
    if (!pull) return false;
    Object.assign(pull, { state: 'paused', bytes_per_second: 0 });
    this.publish('pull', { name, status: 'paused' });
    return true;
  }

  #pullOn(pull) {
    pull.completed = Math.min(pull.total, pull.completed + pull.bytes_per_second);
    if (pull.completed < pull.total) {
      this.publish('pull', { name: pull.name, status: pull.status, digest: `sha256:${'7a'.repeat(32)}`, total: pull.total, completed: pull.completed, bytes_per_second: pull.bytes_per_second });
      return;
    }
    this.pulls.delete(pull.name);
    this.models.push(model(pull.name, pull.total, '?', 'Q4_K_M'));
    this.publish('pull', { name: pull.name, status: 'success' });
  }

  // ---- conversations ----

  #touch(conversation, change, fromSeq) {
    conversation.revision += 1;
    conversation.updated_at = rfc3339();
    this.publish('conversation', { id: conversation.id, revision: conversation.revision, change, ...(fromSeq ? { from_seq: fromSeq } : {}) });
  }

  brief({ list, ...rest }) { return { ...rest, messages: list.length }; }

  createConversation(title, name) {
    const conversation = { id: randomBytes(8).toString('hex'), title, model: name, created_at: rfc3339(), updated_at: rfc3339(), revision: 0, list: [] };
    this.conversations.set(conversation.id, conversation);
    this.#touch(conversation, 'created');
    return conversation;
  }

  changeConversation(conversation, change) {
    Object.assign(conversation, change);
    this.#touch(conversation, 'changed');
  }

  removeConversation(conversation) {
    this.conversations.delete(conversation.id);
    this.#touch(conversation, 'removed');
  }

  append(id, message, tell = true) {
    const conversation = this.conversations.get(id);
    const stored = { ...message, seq: conversation.list.length + 1, at: rfc3339() };
    conversation.list.push(stored);
    if (tell) this.#touch(conversation, 'messages', stored.seq);
    return stored;
  }

  replace(conversation, seq, message) {
    conversation.list[seq - 1] = { ...message, seq };
    this.#touch(conversation, 'messages', seq);
    return conversation.list[seq - 1];
  }

  cut(conversation, seq) {
    conversation.list.length = seq - 1;
    this.#touch(conversation, 'messages', seq);
  }
}

const sourdough = `A calm plan, counted back from **Saturday, 9 o'clock**:

| When | What | Minutes |
| --- | --- | ---: |
| Thursday evening | feed the starter | 5 |
| Friday noon | mix flour, water and starter | 15 |
| Friday, every 45 min | stretch and fold, four times | 10 |
| Friday evening | shape, then into the fridge | 15 |
| Saturday 7:30 | bake, lid off after 25 min | 45 |

1. The cold night does the work: the dough may stay **12 to 16 hours**.
2. If your kitchen is below 20 °C, start an hour earlier.

> A dough that springs back slowly when you poke it is ready.`;

const photos = `Here is one that *copies nothing and moves only photos*:

\`\`\`python
from datetime import datetime
from pathlib import Path

PHOTOS = {".jpg", ".jpeg", ".heic", ".png"}

def sort_photos(folder: Path) -> None:
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() not in PHOTOS:
            continue
        taken = datetime.fromtimestamp(file.stat().st_mtime)
        target = folder / f"{taken:%Y}" / f"{taken:%m}"
        target.mkdir(parents=True, exist_ok=True)
        file.rename(target / file.name)

sort_photos(Path.home() / "Pictures" / "unsorted")
\`\`\`

- It goes by the time of the file, see [the manual of \`stat\`](https://docs.python.org/3/library/os.html).
- Try it on a copy of a few photos first.`;
