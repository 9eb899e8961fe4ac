// A model registry for tests: speaks Ollama's registry protocol and Hugging Face's listing, and misbehaves on request.
// No dependencies. As a program: node registry.mjs [--port N] [--size BYTES] [--option JSON], see the end.
import { createHash } from 'node:crypto';
import http from 'node:http';

export const mediaTypes = {
  model: 'application/vnd.ollama.image.model',
  projector: 'application/vnd.ollama.image.projector',
  template: 'application/vnd.ollama.image.template',
  params: 'application/vnd.ollama.image.params',
  system: 'application/vnd.ollama.image.system',
  license: 'application/vnd.ollama.image.license',
  config: 'application/vnd.docker.container.image.v1+json',
};

/** Bytes that look like a GGUF at the front and like noise behind: the same for the same size and seed. */
export function ggufLike(size, seed = 1) {
  const out = Buffer.alloc(size);
  let state = (seed * 2654435761) >>> 0 || 1;
  const words = new Uint32Array(out.buffer, out.byteOffset, size >>> 2);
  for (let i = 0; i < words.length; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  Buffer.from('GGUF\x03\0\0\0').copy(out, 0, 0, Math.min(8, size));
  return out;
}

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms).unref(); });

const drained = (response) => new Promise((resolve) => { response.once('drain', resolve); });

/**
 * One file with its misbehaviour. Options (all off by default; `times` limits how often, default always):
 *   cut {after, times}            closes the connection after so many bytes of an answer
 *   wrong true                    serves other bytes than the digest says
 *   wrongOnce true                the same for the first download from byte 0 only
 *   status {code, times, retryAfter, headers}   answers with an error
 *   bytesPerSecond N              slow
 *   stall {after, times}          stops sending, keeps the connection
 *   redirect {to, times}          to: a URL, or 'self' (a second path), 'loop'
 *   noRanges true                 answers 200 with everything
 *   contentLength N               lies about the length
 *   changes {after}               other bytes and another ETag after so many answers
 */
export class Blob {
  constructor(bytes, options = {}) {
    this.bytes = bytes;
    this.options = structuredClone(options);
    this.hex = sha256(bytes);
    this.digest = `sha256:${this.hex}`;
    this.answers = 0;
    this.sentBytes = 0;
  }

  take(name) {
    const option = this.options[name];
    if (!option) return null;
    if (option.times === undefined) return option;
    if (option.times <= 0) return null;
    option.times -= 1;
    return option;
  }

  content() {
    const { wrong, changes } = this.options;
    const wrongNow = wrong || (this.options.wrongOnce && this.answers <= 1);
    const changed = changes && this.answers > changes.after;
    if (!wrongNow && !changed) return { bytes: this.bytes, etag: `"${this.hex}"` };
    const bytes = Buffer.from(this.bytes);
    bytes[bytes.length >>> 1] ^= 0xff;
    return { bytes, etag: changed ? '"changed"' : `"${this.hex}"` };
  }
}

export class Registry {
  #server;
  #files = new Map();
  #documents = new Map();
  requests = [];
  bearer = null;

  static async start({ host = '127.0.0.1', port = 0 } = {}) {
    const registry = new Registry();
    registry.#server = http.createServer((request, response) => {
      registry.#answer(request, response).catch(() => response.destroy());
    });
    await new Promise((resolve) => { registry.#server.listen(port, host, resolve); });
    registry.port = registry.#server.address().port;
    registry.host = `${host}:${registry.port}`;
    registry.url = `http://${registry.host}`;
    return registry;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => { this.#server.close(resolve); });
  }

  /** An Ollama model "space/model:tag" of layers {type, blob}; type is a key of mediaTypes. */
  addOllama(name, layers, { manifest, headers } = {}) {
    const [, repository, tag] = /^(.+):([^:]+)$/.exec(name);
    const entries = layers.map(({ type, blob }) => ({ mediaType: mediaTypes[type], digest: blob.digest, size: blob.bytes.length }));
    for (const { blob } of layers) this.addFile(`/v2/${repository}/blobs/${blob.digest}`, blob);
    const body = manifest ?? JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: { mediaType: mediaTypes.config, digest: `sha256:${'0'.repeat(64)}`, size: 2 },
      layers: entries,
    });
    this.addDocument(`/v2/${repository}/manifests/${tag}`, body, headers);
  }

  /** A Hugging Face repository of files {path, blob}; `pageSize` splits its listing. */
  addHuggingFace(repository, files, { pageSize = 1000 } = {}) {
    const entries = files.map(({ path, blob }) => ({
      type: 'file', oid: blob.hex.slice(0, 40), size: blob.bytes.length, path,
      lfs: { oid: blob.hex, size: blob.bytes.length, pointerSize: 134 },
    }));
    entries.unshift({ type: 'file', oid: '0'.repeat(40), size: 3, path: 'README.md' }, { type: 'directory', oid: '1', size: 0, path: 'BF16' });
    for (const { path, blob } of files) {
      this.addFile(`/${repository}/resolve/main/${path.split('/').map(encodeURIComponent).join('/')}`, blob);
    }
    const base = `/api/models/${repository}/tree/main?recursive=true`;
    for (let at = 0; at < entries.length; at += pageSize) {
      const next = at + pageSize < entries.length ? { link: `<${this.url}${base}&cursor=${at + pageSize}>; rel="next"` } : {};
      this.addDocument(at === 0 ? base : `${base}&cursor=${at}`, JSON.stringify(entries.slice(at, at + pageSize)), next);
    }
  }

  addFile(path, blob) { this.#files.set(path, blob); }
  addDocument(path, body, headers = {}) { this.#documents.set(path, { body, headers }); }
  /** Wants "Authorization: Bearer TOKEN" everywhere but at /token, which gives it away. */
  requireBearer(token, { realm = `${this.url}/token`, anonymous = true } = {}) { this.bearer = { token, realm, anonymous }; }

  async #answer(request, response) {
    this.requests.push({ method: request.method, url: request.url, headers: request.headers });
    const path = decodeURIComponent(request.url.split('?')[0]);
    if (path === '/token' && this.bearer) {
      response.writeHead(this.bearer.anonymous ? 200 : 401, { 'content-type': 'application/json' });
      return response.end(JSON.stringify(this.bearer.anonymous ? { token: this.bearer.token } : {}));
    }
    if (this.bearer && request.headers.authorization !== `Bearer ${this.bearer.token}`) {
      const challenge = `Bearer realm="${this.bearer.realm}",service="registry",scope="repository:library/m:pull"`;
      response.writeHead(401, { 'www-authenticate': challenge });
      return response.end();
    }
    const document = this.#documents.get(request.url);
    if (document) {
      response.writeHead(200, { 'content-type': 'application/json', ...document.headers });
      return response.end(document.body);
    }
    const blob = this.#files.get(request.url) ?? this.#files.get(path.replace(/^\/cdn/, ''));
    if (blob) return this.#serve(request, response, blob, path);
    response.writeHead(404, { 'content-type': 'application/json' });
    return response.end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
  }

  async #serve(request, response, blob, path) {
    const status = blob.take('status');
    if (status) {
      response.writeHead(status.code, { ...(status.retryAfter === undefined ? {} : { 'retry-after': String(status.retryAfter) }), ...status.headers });
      return response.end('no');
    }
    if (blob.options.redirect && !path.startsWith('/cdn')) {
      const redirect = blob.take('redirect');
      if (redirect) {
        const target = { self: `/cdn${request.url}`, loop: request.url }[redirect.to] ?? redirect.to;
        response.writeHead(307, { location: target, 'x-linked-etag': redirect.linkedEtag ?? `"${blob.hex}"` });
        return response.end();
      }
    }
    blob.answers += 1;
    const { bytes, etag } = blob.content();
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const begin = range && !blob.options.noRanges ? Number(range[1]) : 0;
    const end = range && !blob.options.noRanges && range[2] !== '' ? Math.min(Number(range[2]) + 1, bytes.length) : bytes.length;
    const head = { 'content-type': 'application/octet-stream', 'content-length': blob.options.contentLength ?? end - begin, etag };
    if (range && !blob.options.noRanges) {
      head['content-range'] = `bytes ${begin}-${end - 1}/${blob.options.contentLength ?? bytes.length}`;
      response.writeHead(206, head);
    } else {
      response.writeHead(200, head);
    }
    return this.#send(response, blob, bytes.subarray(begin, end));
  }

  async #send(response, blob, bytes) {
    const cut = blob.take('cut');
    const stall = blob.take('stall');
    const limit = Math.min(bytes.length, cut?.after ?? Infinity, stall?.after ?? Infinity);
    const rate = blob.options.bytesPerSecond;
    const closed = new Promise((resolve) => { response.once('close', resolve); });
    const piece = rate ? Math.max(1, Math.floor(rate / 20)) : 256 * 1024;
    for (let at = 0; at < limit && !response.destroyed; at += piece) {
      const part = bytes.subarray(at, Math.min(at + piece, limit));
      blob.sentBytes += part.length;
      if (!response.write(part)) await Promise.race([drained(response), closed]);
      if (rate) await sleep(50);
    }
    if (stall) return undefined;
    if (cut && limit < bytes.length) return response.destroy();
    return response.end();
  }
}

// As a program: one model "m:latest" (Ollama) that is also hf "org/repo:Q4_K_M"; prints one line of JSON and serves.
if (import.meta.url === `file://${process.argv[1]}`) {
  const argument = (name, fallback) => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? fallback : process.argv[at + 1];
  };
  const registry = await Registry.start({ port: Number(argument('port', 0)) });
  const blob = new Blob(ggufLike(Number(argument('size', 1 << 20))), JSON.parse(argument('option', '{}')));
  registry.addOllama('library/m:latest', [{ type: 'model', blob }]);
  registry.addHuggingFace('org/repo', [{ path: 'model-Q4_K_M.gguf', blob }]);
  console.log(JSON.stringify({ url: registry.url, digest: blob.digest }));
}
