// Asks a home as its command line does: over the socket in its state folder, which needs no session.
import { request } from 'node:http';
import { join } from 'node:path';

const socketOf = (home) => join(home.stateFolder, 'run', 'localscale.sock');

function open(home, path, { method = 'GET', body, headers = {} } = {}) {
  return new Promise((done, fail) => {
    const asked = request({ socketPath: socketOf(home), path: `/localscale/v1/${path}`, method, agent: false, headers: { Host: 'localhost', ...headers } }, done);
    asked.once('error', fail);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** {status, body}: the body as JSON where it is one object. */
export async function askAdmin(home, path, options) {
  const response = await open(home, path, options);
  let text = '';
  for await (const piece of response.setEncoding('utf8')) text += piece;
  try {
    return { status: response.statusCode, body: JSON.parse(text) };
  } catch {
    return { status: response.statusCode, body: text };
  }
}

function eventOf(text) {
  const fields = Object.fromEntries(text.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
  return { kind: fields.event, id: fields.id ?? '', data: JSON.parse(fields.data) };
}

/** Listens to the home's events from the id `since` on; give back `stop`. `next(kind)` waits for the next event of that kind (of any, without). */
export async function listen(home, since = '') {
  const response = await open(home, 'events', { headers: since === '' ? {} : { 'Last-Event-ID': since } });
  const come = [];
  let wake = () => {};
  let text = '';
  response.setEncoding('utf8').on('data', (piece) => {
    text += piece;
    const whole = text.split('\n\n');
    text = whole.pop();
    come.push(...whole.map(eventOf));
    wake();
  });
  response.on('error', () => {});
  return {
    stop: () => response.destroy(),
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
