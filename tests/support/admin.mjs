// Asks a home on the command line's socket, as its owner: no session is needed there.
import { request } from 'node:http';
import { join } from 'node:path';

/** The response to one request, once its head is there. */
function open(home, path, { method = 'GET', body, headers = {} } = {}) {
  return new Promise((done, fail) => {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const asked = request({
      socketPath: join(home.stateFolder, 'run/localscale.sock'), path: `/localscale/v1/${path}`, method, agent: false,
      headers: { Host: 'localhost', 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ...headers },
    }, done);
    asked.once('error', fail);
    asked.end(text);
  });
}

/** {status, headers, body}: the body as JSON where it is one value of JSON, else as text. */
export async function ask(home, path, options) {
  const response = await open(home, path, options);
  let text = '';
  for await (const piece of response.setEncoding('utf8')) text += piece;
  const answer = { status: response.statusCode, headers: response.headers };
  try {
    return { ...answer, body: JSON.parse(text) };
  } catch {
    return { ...answer, body: text };
  }
}

/** Follows a stream of events: calls `take({id, event, data})` until the function that it gives is called. */
export async function listen(home, path, take, headers) {
  const response = await open(home, path, { headers });
  let rest = '';
  response.on('error', () => undefined);
  response.setEncoding('utf8').on('data', (piece) => {
    const parts = (rest + piece).split('\n\n');
    rest = parts.pop();
    for (const part of parts) {
      const field = (name) => part.split('\n').find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      take({ id: field('id') ?? '', event: field('event'), data: JSON.parse(field('data')) });
    }
  });
  return () => response.destroy();
}

/** The home's events from the id `since` on; give back `stop`. `next(kind)` waits for the next event of that kind (of any, without). */
export async function listenToEvents(home, since = '') {
  const come = [];
  let wake = () => {};
  const take = ({ id, event, data }) => {
    come.push({ id, kind: event, data });
    wake();
  };
  const stop = await listen(home, 'events', take, since === '' ? {} : { 'Last-Event-ID': since });
  return {
    stop,
    async next(kind) {
      for (;;) {
        while (come.length > 0) {
          const event = come.shift();
          if (kind === undefined || event.kind === kind) return event;
        }
        await new Promise((done) => { wake = done; });
      }
    },
  };
}
