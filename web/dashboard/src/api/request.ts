// The one place that calls fetch.
import { asProblem, isAbort, Problem, problemInBody } from './problem.ts';
import { csrf } from './csrf.ts';
import { t } from '../text/text.ts';

export const own = (path: string): string => `/localscale/v1/${path}`;

/** A model's or registry's name inside a path keeps its slashes, which the home's "/*" routes take. */
export const inPath = (name: string): string => name.split('/').map(encodeURIComponent).join('/');

interface Wish {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  signal?: AbortSignal;
  headers?: Readonly<Record<string, string>>;
  /** Sent even if the page goes away meanwhile. */
  keepalive?: boolean;
}

let whenSignedOut: () => void = () => undefined;

/** Called whenever the home answers that the session is over. */
export function onSignedOut(listener: () => void): void {
  whenSignedOut = listener;
}

function initOf({ method, body, signal, headers, keepalive }: Wish): RequestInit {
  const token = csrf.get();
  return {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token ? { 'x-localscale-csrf': token } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
    ...(keepalive ? { keepalive } : {}),
    cache: 'no-store',
    credentials: 'same-origin',
  };
}

/** Sends a request; what is not a success becomes a Problem. Aborts stay aborts. */
export async function send(path: string, wish: Wish = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, initOf(wish));
    if (response.ok) return response;
    const problem = problemInBody(response.status, await response.text(), response.headers);
    if (problem.kind === 'signed_out') whenSignedOut();
    throw problem;
  } catch (thrown) {
    throw isAbort(thrown) ? thrown : asProblem(thrown);
  }
}

export async function json<T>(path: string, wish: Wish = {}): Promise<T> {
  const response = await send(path, wish);
  try {
    return (await response.json()) as T;
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown;
    throw new Problem(thrown instanceof SyntaxError ? 'broken' : 'cut_off', t(thrown instanceof SyntaxError ? 'problem.unreadable' : 'problem.cut_off'));
  }
}

/** The body of an answer that is a stream. */
export async function stream(path: string, wish: Wish = {}): Promise<ReadableStream<Uint8Array>> {
  const { body } = await send(path, wish);
  if (!body) throw new Problem('cut_off', t('problem.cut_off'));
  return body;
}
