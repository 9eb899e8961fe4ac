// The first page: chat with streaming, the models, the state. It talks to the same APIs as every other client.

const byId = (id) => document.getElementById(id);
const conversation = [];
let answering = null; // AbortController of the running answer

function sizeText(bytes) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (bytes >= 999.5 && unit + 1 < units.length) { bytes /= 1000; unit += 1; }
  return `${bytes.toFixed(unit === 0 || bytes >= 99.95 ? 0 : 1)} ${units[unit]}`;
}

async function errorText(response) {
  const text = await response.text();
  try {
    const { error } = JSON.parse(text);
    return typeof error === 'string' ? error : error.message;
  } catch {
    return text || `The home answered with status ${response.status}.`;
  }
}

async function getJson(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(await errorText(response));
  return response.json();
}

function showState(word, text) {
  const state = byId('state');
  state.dataset.state = word.toLowerCase();
  if (state.textContent !== text) state.textContent = text;
}

function cell(text) {
  const td = document.createElement('td');
  td.textContent = text;
  return td;
}

function showModels(models, loaded) {
  const inMemory = new Map(loaded.map((model) => [model.name, model]));
  byId('models').replaceChildren(...models.map((model) => {
    const row = document.createElement('tr');
    const running = inMemory.get(model.name);
    row.append(cell(model.name), cell(sizeText(model.bytes)), cell(running ? sizeText(running.size) : 'no'));
    return row;
  }));
}

/** Offers the models that can chat: the one chosen before, else the home's default. */
function offerModels(models, defaultModel) {
  const select = byId('model');
  const names = models.filter((model) => model.capabilities.includes('completion')).map((model) => model.name);
  if (names.join('\n') === [...select.options].map((option) => option.value).join('\n')) return;
  const wishes = [select.value, localStorage.getItem('model'), defaultModel, `${defaultModel}:latest`];
  select.replaceChildren(...names.map((name) => new Option(name, name)));
  const wish = wishes.find((name) => names.includes(name));
  if (wish) select.value = wish;
}

async function refresh() {
  try {
    const [status, { models }, ps] = await Promise.all(['/localscale/v1/status', '/localscale/v1/models', '/api/ps'].map(getJson));
    showState(status.state, status.reason ? `${status.state}: ${status.reason}` : status.state);
    byId('version').textContent = `Localscale ${status.version}`;
    showModels(models, ps.models);
    offerModels(models, status.default_model);
  } catch (error) {
    showState('offline', `The home does not answer. ${error.message}`);
  }
}

/** Keeps the newest text in view, unless the reader has scrolled up. */
function changeMessages(change) {
  const list = byId('messages');
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  change(list);
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function addMessage(role, text) {
  const item = document.createElement('li');
  item.className = role;
  item.textContent = text;
  changeMessages((list) => list.append(item));
  return item;
}

async function* lines(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    const whole = (rest + value).split('\n');
    rest = whole.pop();
    yield* whole;
  }
}

/** Yields the data of each server-sent event of a response. */
async function* events(response) {
  for await (const line of lines(response)) if (line.startsWith('data: ')) yield line.slice(6);
}

async function post(path, body, signal) {
  const response = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal });
  if (!response.ok) throw new Error(await errorText(response));
  return response;
}

/** A model's first use can take a while: says so where its answer will be. */
async function loadModel(model, item, signal) {
  const response = await post('/localscale/v1/load', { name: model, stream: true }, signal);
  for await (const line of lines(response)) {
    const step = JSON.parse(line);
    if (step.error) throw new Error(step.error.message);
    if (step.status === 'success') break;
    item.dataset.wait = `${step.status} ${model} (${sizeText(step.total)}), ${Math.floor(step.elapsed_ms / 1000)} s`;
  }
  delete item.dataset.wait;
}

async function streamAnswer(item, signal) {
  const model = byId('model').value;
  await loadModel(model, item, signal);
  const response = await post('/v1/chat/completions', { model, messages: conversation, stream: true }, signal);
  for await (const data of events(response)) {
    if (data === '[DONE]') break;
    const event = JSON.parse(data);
    if (event.error) throw new Error(event.error.message);
    const text = event.choices?.[0]?.delta?.content;
    if (text) changeMessages(() => { item.textContent += text; });
  }
}

function setBusy(busy) {
  byId('send').hidden = busy;
  byId('stop').hidden = !busy;
}

async function send(text) {
  conversation.push({ role: 'user', content: text });
  addMessage('user', text);
  const item = addMessage('assistant busy', '');
  const controller = new AbortController();
  answering = controller;
  setBusy(true);
  try {
    await streamAnswer(item, controller.signal);
  } catch (error) {
    if (error.name !== 'AbortError') addMessage('error', error.message);
  }
  item.classList.remove('busy');
  if (item.isConnected) {
    // A question without an answer is no part of the conversation: many models want the two to take turns.
    if (item.textContent) conversation.push({ role: 'assistant', content: item.textContent });
    else conversation.pop();
  }
  if (!item.textContent) item.remove();
  answering = null;
  setBusy(false);
  byId('prompt').focus();
  refresh();
}

byId('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = byId('prompt').value.trim();
  if (!text || answering) return;
  byId('prompt').value = '';
  send(text);
});

byId('prompt').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    byId('composer').requestSubmit();
  }
});

byId('stop').addEventListener('click', () => answering?.abort());
byId('model').addEventListener('change', (event) => localStorage.setItem('model', event.target.value));
byId('new-chat').addEventListener('click', () => {
  answering?.abort();
  conversation.length = 0;
  byId('messages').replaceChildren();
  byId('prompt').focus();
});

refresh();
setInterval(refresh, 5000);
