// Asks a home on the command line's socket, as its owner.
import { request } from 'node:http';
import { join } from 'node:path';

/** {status, body}: JSON where the answer is JSON. */
export function ask(home, path, { method = 'GET', body, headers = {} } = {}) {
  return new Promise((done, fail) => {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const asked = request({ socketPath: join(home.stateFolder, 'run/localscale.sock'), path: `/localscale/v1/${path}`, method, headers: { Host: 'localhost', 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ...headers } }, (response) => {
      let out = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => { out += piece; });
      response.on('end', () => done({ status: response.statusCode, headers: response.headers, body: out.startsWith('{') ? JSON.parse(out) : out }));
    });
    asked.on('error', fail);
    asked.end(text);
  });
}

/** Follows a stream of events: calls `take({id, event, data})` until the returned function is called. */
export function listen(home, path, take) {
  const asked = request({ socketPath: join(home.stateFolder, 'run/localscale.sock'), path: `/localscale/v1/${path}`, headers: { Host: 'localhost' } }, (response) => {
    let rest = '';
    response.setEncoding('utf8');
    response.on('error', () => undefined);
    response.on('data', (piece) => {
      const parts = (rest + piece).split('\n\n');
      rest = parts.pop();
      for (const part of parts) {
        const field = (name) => part.split('\n').find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        take({ id: field('id'), event: field('event'), data: JSON.parse(field('data')) });
      }
    });
  });
  asked.on('error', () => undefined);
  asked.end();
  return () => asked.destroy();
}
