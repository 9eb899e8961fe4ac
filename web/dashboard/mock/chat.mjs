// Made-up answers of /v1/chat/completions and the load before them.
const reply = (question) => `You wrote: *${question.slice(0, 80).replaceAll('\n', ' ')}*

This answer comes from the **mock**, word for word, so that the page has something to stream. It knows:

- lists, like this one,
- \`inline code\`, and blocks of it:

\`\`\`sh
localscale status --json | jq .state
\`\`\`

Nothing you wrote left this machine.`;

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

export async function load(house, name, response) {
  const entry = house.models.find((known) => known.name === name || known.name === `${name}:latest`);
  house.loaded.set(entry.name, { name: entry.name, state: 'loading', memory_bytes: 0, gpu_memory_bytes: 0, context_tokens: 0, threads: 0, in_use: 0, expires_at_unix: 0 });
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  for (let i = 1; i <= 4; i += 1) {
    const line = { status: i < 3 ? 'measuring' : 'loading', total: entry.bytes, elapsed_ms: i * 250 };
    house.publish('load', { ...line, name });
    response.write(`${JSON.stringify(line)}\n`);
    await pause(250);
  }
  house.keepLoaded(entry.name, Math.round(entry.bytes * 1.3) + 30_000_000, 300);
  response.end(`${JSON.stringify({ status: 'success', load_seconds: 1 })}\n`);
}

export async function chat(house, request, response, { wordMs = 15 } = {}) {
  const question = String(request.messages.at(-1)?.content ?? '');
  const entry = house.loaded.get(request.model);
  const served = { who: 'this page', kind: 'dashboard', model: request.model, api: 'openai', since_unix: Math.floor(Date.now() / 1000), answer_tokens: 0, tokens_per_second: 18.4 };
  const id = Symbol('answer');
  let gone = false;
  response.on('close', () => { gone = true; });
  house.serving.set(id, served);
  if (entry) entry.in_use += 1;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (delta, more = {}) => response.write(`data: ${JSON.stringify({ object: 'chat.completion.chunk', model: request.model, choices: [{ index: 0, delta, finish_reason: null }], ...more })}\n\n`);
  try {
    if (question.includes('please fail')) {
      send({ content: 'It began well, ' });
      response.end(`data: ${JSON.stringify({ error: { message: 'The engine died before the answer was finished. What arrived is kept; ask again.', type: 'server_error', code: 'engine_died' } })}\n\n`);
      return;
    }
    for (const word of reply(question).split(/(?<=\s)/)) {
      if (gone) return;
      served.answer_tokens += 1;
      send({ content: word });
      await pause(wordMs);
    }
    send({}, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
    send({}, { choices: [], usage: { completion_tokens: served.answer_tokens, prompt_tokens: 9 }, timings: { predicted_per_second: 18.4 } });
    response.end('data: [DONE]\n\n');
  } finally {
    house.serving.delete(id);
    if (entry) entry.in_use -= 1;
  }
}
