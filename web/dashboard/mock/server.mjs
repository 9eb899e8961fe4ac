// Serves the built dashboard under the home's real security policy, and the endpoints of ENDPOINTS.md from a made-up house. With `home` (a URL)
// the paths that exist today go to that live home instead.
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { chat, load } from './chat.mjs';
import { fault } from './config.mjs';
import { House } from './house.mjs';

/** The policy stands in one place: the home's own source; the hashes of what stands in the page are the build's. */
export function realPolicy(folder) {
  const source = readFileSync(new URL('../../../src/gateway/page.cpp', import.meta.url), 'utf8');
  const textOf = (name) => [...source.match(new RegExp(`${name} =\\s*((?:"[^"]*"\\s*)+);`))[1].matchAll(/"([^"]*)"/g)].map((part) => part[1]).join('');
  const { script, style } = JSON.parse(readFileSync(join(folder, 'inline.json'), 'utf8'));
  return `${textOf('policy_start')} '${script}'${textOf('policy_style')} '${style}'${textOf('policy_rest')}`;
}

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8' };
const base = '/localscale/v1/';

function json(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ schema: 1, ...body }));
}
const refuse = (response, status, code, message, more = {}) => json(response, status, { error: { code, message, request_id: 'mock-1', ...more } });

async function bodyOf(request) {
  let text = '';
  for await (const piece of request) text += piece;
  return text === '' ? {} : JSON.parse(text);
}

/** Today's paths, which a live home answers better than we do. */
const existing = [/^\/v1\//, /^\/localscale\/v1\/(status|models|ps|load|stop|copy|pull)(\/|$)/];

export class MockServer {
  constructor({ folder, home = null, signIn = false, wordMs = 15, ...house }) {
    Object.assign(this, { folder, home, signInNeeded: signIn, wordMs });
    this.house = new House(house);
    this.sockets = new Set();
    this.tick = setInterval(() => this.house.tick(), 1000);
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error) => {
        if (response.headersSent) response.destroy();
        else refuse(response, 500, 'internal', error.message);
      });
    });
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  listen(port = 0) {
    return new Promise((done) => { this.server.listen(port, '127.0.0.1', () => done(`http://127.0.0.1:${this.server.address().port}/`)); });
  }

  /** Ends every connection, as a stopping home does. */
  async close() {
    clearInterval(this.tick);
    for (const socket of this.sockets) socket.destroy();
    await new Promise((done) => { this.server.close(done); });
  }

  async answer(request, response) {
    const url = new URL(request.url, 'http://home');
    if (this.home && existing.some((path) => path.test(url.pathname))) return this.proxy(request, response);
    if (url.pathname.startsWith('/v1/')) return this.openai(request, response, url);
    if (url.pathname === '/') return this.file(response, this.signInNeeded && !/localscale-session=\w/.test(request.headers.cookie ?? '') ? '/sign_in.html' : '/index.html');
    if (!url.pathname.startsWith(base)) return this.file(response, url.pathname);
    const path = url.pathname.slice(base.length).split('/').map(decodeURIComponent);
    if (!this.maySee(request, path[0])) return refuse(response, 401, 'signed_out', 'This page is not signed in, or its session is over.');
    const method = `${request.method} ${path[0]}`;
    const endpoint = this[method] ?? (() => refuse(response, 404, 'not_found', `There is no ${request.method} ${url.pathname} here.`));
    return endpoint.call(this, { request, response, url, path, query: url.searchParams });
  }

  proxy(request, response) {
    const target = new URL(request.url, this.home);
    // To the live home we are a program of this machine: browsers would need a session there.
    const { origin: _, 'sec-fetch-site': __, ...headers } = request.headers;
    const onward = httpRequest(target, { method: request.method, headers: { ...headers, host: target.host } }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => refuse(response, 503, 'unavailable', 'The live home does not answer.'));
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }

  file(response, path) {
    const name = normalize(path);
    const file = join(this.folder, name);
    if (name.includes('..') || !existsSync(file)) return refuse(response, 404, 'not_found', `There is no ${path} here.`);
    const packed = existsSync(`${file}.gz`);
    response.writeHead(200, {
      'content-type': types[extname(name)] ?? 'application/octet-stream', 'content-security-policy': realPolicy(this.folder), 'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer', 'cache-control': 'no-cache', ...(packed ? { 'content-encoding': 'gzip' } : {}),
    });
    createReadStream(packed ? `${file}.gz` : file).pipe(response);
  }

  // ---- session ----

  sessionOf(request) {
    const id = /localscale-session=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
    const csrf = this.house.sessions.get(id);
    return csrf !== undefined && csrf === request.headers['x-localscale-csrf'] ? id : null;
  }

  maySee(request, what) {
    return !this.signInNeeded || what === 'session' || this.sessionOf(request) !== null;
  }

  sessionJson(signedIn) {
    return { signed_in: signedIn, person: signedIn ? 'owner' : null, password_set: this.house.password !== null, expires_at: signedIn ? new Date(Date.now() + 30 * 86_400_000).toISOString() : null };
  }

  'GET session'({ request, response }) {
    json(response, 200, this.sessionJson(!this.signInNeeded || this.sessionOf(request) !== null));
  }

  async 'POST session'({ request, response }) {
    const proof = await bodyOf(request);
    const { house } = this;
    const good = (proof.token !== undefined && proof.token === house.token) || (proof.password !== undefined && proof.password === house.password) || (proof.key !== undefined && proof.key.startsWith('ls-'));
    if (!good) return refuse(response, 401, 'wrong_proof', proof.token === undefined ? 'That is not right.' : 'This link has been used already, or is too old.');
    if (proof.token !== undefined) house.token = null;
    const id = `s${house.sessions.size + 1}x${Math.random().toString(36).slice(2)}`;
    const csrf = Math.random().toString(36).slice(2);
    house.sessions.set(id, csrf);
    json(response, 200, { ...this.sessionJson(true), csrf }, { 'set-cookie': `localscale-session=${id}; HttpOnly; SameSite=Strict; Path=/` });
  }

  'DELETE session'({ request, response }) {
    this.house.sessions.delete(this.sessionOf(request));
    json(response, 200, {}, { 'set-cookie': 'localscale-session=; Max-Age=0; Path=/' });
  }

  async 'PUT session'({ request, response }) {
    this.house.password = (await bodyOf(request)).password;
    json(response, 200, {});
  }

  // ---- state and events ----

  'GET status'({ response }) { json(response, 200, this.house.status()); }

  'GET history'({ response, query }) {
    const since = Date.now() / 1000 - Number(query.get('minutes') ?? 60) * 60;
    json(response, 200, { step_seconds: 10, samples: this.house.samples.filter((sample) => sample.at_unix >= since) });
  }

  'GET events'({ request, response, query }) {
    const { house } = this;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const write = ({ id, type, data }) => response.write(`${id ? `id: ${id}\n` : ''}event: ${type}\ndata: ${data}\n\n`);
    const since = request.headers['last-event-id'] ?? query.get('since') ?? '';
    const missed = since === '' ? [] : house.after(since);
    if (missed === null) write({ id: '', type: 'reset', data: '{}' });
    else missed.forEach(write);
    const newest = house.events.at(-1);
    write({ id: newest?.id ?? `${house.boot}-0`, type: 'state', data: JSON.stringify(house.status()) });
    house.listeners.add(write);
    response.on('close', () => house.listeners.delete(write));
  }

  // ---- models ----

  findModel(name) { return this.house.models.find((model) => model.name === name || model.name === `${name}:latest`); }

  'GET models'({ response, path }) {
    if (path.length === 1) return json(response, 200, { models: this.house.models, problems: this.house.problems });
    const model = this.findModel(path.slice(1).join('/'));
    if (!model) return refuse(response, 404, 'model_not_found', `The model "${path[1]}" is not on this home.`);
    return json(response, 200, { model: { ...model, template: '', system: '', license: 'MIT' } });
  }

  'DELETE models'({ response, path }) {
    const name = path.slice(1).join('/');
    const { house } = this;
    const model = this.findModel(name);
    if (!model && !house.pulls.delete(name)) return refuse(response, 404, 'model_not_found', `The model "${name}" is not on this home.`);
    if (model?.source !== undefined && model.source !== 'own') return refuse(response, 409, 'conflict', `${name} belongs to ${model.source}; remove it there.`);
    house.models = house.models.filter((entry) => entry !== model);
    if (model) house.loaded.delete(model.name);
    return json(response, 200, { removed: true });
  }

  'GET ps'({ response }) { json(response, 200, { loaded: [...this.house.loaded.values()] }); }

  async 'POST load'({ request, response }) {
    const { name } = await bodyOf(request);
    if (!this.findModel(name)) return refuse(response, 404, 'model_not_found', `The model "${name}" is not on this home.`);
    return load(this.house, name, response);
  }

  async 'POST stop'({ request, response }) {
    this.house.loaded.delete((await bodyOf(request)).name);
    json(response, 200, { stopped: true });
  }

  async 'POST pull'({ request, response }) {
    const { name } = await bodyOf(request);
    if (!/^[\w./:-]+$/.test(name)) return refuse(response, 400, 'invalid_argument', `'${name}' is not a model name. Write it like llama3.2:1b or hf.co/ORG/REPO:Q4_K_M.`);
    this.house.startPull(name);
    return json(response, 202, { started: true, name });
  }

  'GET pulls'({ response }) { json(response, 200, { pulls: [...this.house.pulls.values()] }); }

  async 'POST pulls'({ request, response }) {
    const { name } = await bodyOf(request);
    if (!this.house.pausePull(name)) return refuse(response, 404, 'pull_not_found', `${name} is not being pulled.`);
    return json(response, 200, { paused: true });
  }

  'GET suggestions'({ response }) { json(response, 200, { suggestions: this.house.suggestions() }); }

  'GET fit'({ response, query }) {
    const fit = this.house.fitOf(query.get('name'));
    if (!fit) return refuse(response, 404, 'model_not_found', `The registry has no "${query.get('name')}".`);
    return json(response, 200, { fit });
  }

  // ---- conversations ----

  conversation(context) {
    const found = this.house.conversations.get(context.path[1]);
    if (!found) refuse(context.response, 404, 'conversation_not_found', 'This conversation is not in the house any more.');
    return found;
  }

  /** The conversation, if it has the message that the path names. */
  message(context) {
    const found = this.conversation(context);
    const seq = Number(context.path[3]);
    if (found && !(seq >= 1 && seq <= found.list.length)) {
      refuse(context.response, 404, 'message_not_found', 'This conversation does not have this message any more.');
      return undefined;
    }
    return found;
  }

  'GET conversations'(context) {
    const { response, path, query } = context;
    const { house } = this;
    if (path.length === 1) {
      const all = [...house.conversations.values()].map((entry) => house.brief(entry)).sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1));
      return json(response, 200, { conversations: all });
    }
    const found = this.conversation(context);
    if (!found) return undefined;
    if (path[2] === 'messages') {
      const from = Number(query.get('from') ?? 1);
      return json(response, 200, { messages: found.list.slice(from - 1, from - 1 + Number(query.get('limit') ?? 100)) });
    }
    if (path[2] === 'export') {
      const markdown = query.get('format') === 'md';
      const text = markdown ? `# ${found.title}\n\n${found.list.map(({ role, content }) => `## ${role}\n\n${content}\n`).join('\n')}` : JSON.stringify({ schema: 1, conversation: house.brief(found), messages: found.list }, null, 2);
      response.writeHead(200, { 'content-type': markdown ? 'text/markdown; charset=utf-8' : 'application/json' });
      return response.end(text);
    }
    return json(response, 200, { conversation: house.brief(found) });
  }

  async 'POST conversations'(context) {
    const { request, response, path } = context;
    const body = await bodyOf(request);
    if (path.length === 1) return json(response, 201, { conversation: this.house.brief(this.house.createConversation(body.title, body.model)) });
    const found = this.conversation(context);
    if (found) json(response, 201, { message: this.house.append(found.id, body) });
    return undefined;
  }

  async 'PATCH conversations'(context) {
    const found = this.conversation(context);
    if (!found) return;
    this.house.changeConversation(found, await bodyOf(context.request));
    json(context.response, 200, { conversation: this.house.brief(found) });
  }

  async 'PUT conversations'(context) {
    const body = await bodyOf(context.request);
    const found = this.message(context);
    if (!found) return;
    const { state, at } = found.list[context.path[3] - 1];
    if (body.state === 'writing' && state !== 'writing') refuse(context.response, 409, 'message_ended', 'This message has ended; it was kept as it is.');
    else json(context.response, 200, { message: this.house.replace(found, Number(context.path[3]), { ...body, at }) });
  }

  'DELETE conversations'(context) {
    const found = context.path[2] === 'messages' ? this.message(context) : this.conversation(context);
    if (!found) return;
    if (context.path[2] === 'messages') this.house.cut(found, Number(context.path[3]));
    else this.house.removeConversation(found);
    json(context.response, 200, { removed: true });
  }

  // ---- config, keys, logs, set-up ----

  configJson() { return { file: '/etc/localscale/config.toml', writable: true, sections: this.house.sections }; }

  'GET config'({ response }) { json(response, 200, this.configJson()); }

  async 'PATCH config'({ request, response }) {
    const { values } = await bodyOf(request);
    const keys = new Map(this.house.sections.flatMap((section) => section.keys.map((key) => [key.path, key])));
    const fields = {};
    for (const [path, value] of Object.entries(values)) {
      const problem = !keys.has(path) ? 'There is no such key.' : value === null && !keys.get(path).command_line_only ? null : fault(keys.get(path), value);
      if (problem) fields[path] = problem;
    }
    if (Object.keys(fields).length > 0) return refuse(response, 400, 'invalid_config', 'Nothing was changed: some values are not allowed.', { fields });
    for (const [path, value] of Object.entries(values)) {
      const key = keys.get(path);
      key.value = value ?? key.default;
      if (!key.needs_restart) key.running = key.value;
    }
    this.house.publish('config', {});
    return json(response, 200, this.configJson());
  }

  'GET keys'({ response }) { json(response, 200, { keys: this.house.keys }); }

  async 'POST keys'({ request, response }) {
    const wish = await bodyOf(request);
    const { house } = this;
    if (house.keys.some((key) => key.name === wish.name)) return refuse(response, 409, 'conflict', `There is a key called "${wish.name}" already. Take another name, or remove that key first.`);
    const key = { id: `k${Date.now()}`, created_at_unix: Math.floor(Date.now() / 1000), last_used_at_unix: 0, requests_per_minute: 60, max_concurrent: 4, may_sign_in: false, ...wish };
    house.keys.push(key);
    house.publish('keys', {});
    return json(response, 201, {
      key, secret: 'ls-4Yk1mP0dQ7rT9vXwZ2bC5eG8hJ3nL6s',
      lan: { urls: ['https://192.168.1.20:7443/', 'https://box.local:7443/'], ca_file: '/var/lib/localscale/house/tls/ca.pem', ca_sha256: '5F:0C:91:A2:3D:77:18:E4:5F:0C:91:A2:3D:77:18:E4:5F:0C:91:A2:3D:77:18:E4:5F:0C:91:A2:3D:77:18:E4' },
    });
  }

  'DELETE keys'({ response, path }) {
    this.house.keys = this.house.keys.filter((key) => key.id !== path[1]);
    this.house.publish('keys', {});
    json(response, 200, { revoked: true });
  }

  'GET logs'({ response, path, query }) {
    const order = ['trace', 'debug', 'info', 'warn', 'error'];
    const passes = (line) => order.indexOf(line.level) >= order.indexOf(query.get('level') ?? 'info')
      && (!query.get('process') || line.process === query.get('process'))
      && (!query.get('text') || line.message.toLowerCase().includes(query.get('text').toLowerCase()));
    if (path[1] !== 'stream') {
      const before = Number(query.get('before') ?? Number.POSITIVE_INFINITY);
      return json(response, 200, { lines: this.house.logs.filter((line) => line.id < before && passes(line)).slice(-Number(query.get('limit') ?? 200)) });
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const write = (line) => { if (passes(line)) response.write(`id: ${line.id}\nevent: log\ndata: ${JSON.stringify(line)}\n\n`); };
    const tick = () => response.write('event: tick\ndata: {}\n\n');
    const since = Number(query.get('since') ?? this.house.logs.length);
    this.house.logs.filter((line) => line.id > since).forEach(write);
    tick();
    const beat = setInterval(tick, 5000);
    this.house.logListeners.add(write);
    response.on('close', () => { clearInterval(beat); this.house.logListeners.delete(write); });
    return undefined;
  }

  'GET setup'({ response }) { json(response, 200, this.house.setup); }

  async 'PATCH setup'({ request, response }) {
    Object.assign(this.house.setup, await bodyOf(request));
    this.house.publish('setup', {});
    json(response, 200, this.house.setup);
  }

  'GET measurements'({ response }) { json(response, 200, { measurements: this.house.measurements }); }

  async 'POST measure'({ response }) {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    for (let i = 1; i <= 5; i += 1) {
      response.write(`${JSON.stringify({ status: i < 3 ? 'measuring prompts' : 'measuring answers', total: 5, completed: i })}\n`);
      await new Promise((done) => { setTimeout(done, 250); });
    }
    const measurement = { id: this.house.measurements.length + 1, at: new Date().toISOString(), model: 'seedling:latest', answer_tokens_per_second: 412.5, prompt_tokens_per_second: 2900, threads: 4, watts: 38 };
    this.house.measurements.push(measurement);
    this.house.setup.measurement = measurement;
    response.end(`${JSON.stringify({ status: 'success', measurement })}\n`);
  }

  // ---- OpenAI ----

  async openai(request, response, url) {
    if (url.pathname !== '/v1/chat/completions') return refuse(response, 404, 'not_found', `There is no ${url.pathname} here.`);
    return chat(this.house, await bodyOf(request), response, { wordMs: this.wordMs });
  }
}
