// Every failure of every API as one thing: what happened, and what to do about it.
import { t, type Key } from '../text/text.ts';

export type Kind =
  | 'offline' | 'signed_out' | 'denied' | 'missing' | 'not_yet' | 'conflict' | 'invalid' | 'too_large' | 'busy' | 'no_room' | 'slow' | 'not_offered'
  | 'broken' | 'cut_off';

export class Problem extends Error {
  constructor(
    readonly kind: Kind,
    /** What happened, in the home's own words where it had any. */
    readonly what: string,
    readonly details: { status?: number; code?: string; requestId?: string; retryAfterSeconds?: number; fields?: Readonly<Record<string, string>> } = {},
  ) {
    super(what);
    this.name = 'Problem';
  }

  /** What the reader can do. */
  get next(): string {
    const { retryAfterSeconds } = this.details;
    if (retryAfterSeconds !== undefined && retryAfterSeconds > 1) return t('problem.next.later', { count: retryAfterSeconds });
    return t(`problem.next.${this.kind}` satisfies Key);
  }

  /** Whether the same request may work a moment later. */
  get worthRetrying(): boolean {
    return this.kind === 'offline' || this.kind === 'busy' || this.kind === 'slow' || this.kind === 'cut_off' || this.kind === 'broken';
  }
}

const kinds: Readonly<Record<number, Kind>> = {
  400: 'invalid', 401: 'signed_out', 403: 'denied', 404: 'missing', 405: 'not_yet', 408: 'slow', 409: 'conflict', 413: 'too_large', 422: 'invalid', 429: 'busy',
  501: 'not_offered', 503: 'busy', 504: 'slow', 507: 'no_room', 529: 'busy',
};

function kindOf(status: number, code: string, retryIsUseless: boolean): Kind {
  // The home answers "not_found" for a path that it does not know, and a code that names the thing for a thing it lacks.
  if (status === 404 && code === 'not_found') return 'not_yet';
  if (status === 503 && retryIsUseless) return 'no_room';
  return kinds[status] ?? (status >= 500 ? 'broken' : 'invalid');
}

type Body = { error?: unknown; request_id?: unknown; fields?: unknown };
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function parsed(text: string): Body | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Body) : null;
  } catch {
    return null;
  }
}

/** Reads the error of any of the APIs: the home's, OpenAI's and Anthropic's objects, Ollama's plain text. */
export function problemInBody(status: number, text: string, headers: Headers = new Headers()): Problem {
  const body = parsed(text);
  const error = body?.error;
  const object = typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {};
  const code = textOf(object['code']) || textOf(object['type']);
  const what = textOf(error) || textOf(object['message']) || t('problem.status', { status: String(status) });
  const kind = kindOf(status, code, headers.get('x-should-retry') === 'false');
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN);
  // The path that it does not know means nothing to a reader.
  return new Problem(kind, kind === 'not_yet' ? t('problem.notYet') : what, {
    status,
    code,
    requestId: textOf(object['request_id']) || textOf(body?.request_id) || (headers.get('x-request-id') ?? ''),
    ...(Number.isFinite(retryAfter) && headers.has('retry-after') ? { retryAfterSeconds: retryAfter } : {}),
    ...(typeof object['fields'] === 'object' && object['fields'] !== null ? { fields: object['fields'] as Record<string, string> } : {}),
  });
}

/** The error inside a stream whose status was already 200. */
export const problemInStream = (error: unknown): Problem => problemInBody(500, JSON.stringify({ error }));

/** What `fetch` or reading a body threw. The caller's own abort is passed on as it is. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof TypeError) return new Problem('offline', t('problem.offline'));
  return new Problem('broken', thrown instanceof Error ? thrown.message : String(thrown));
}

export const isAbort = (thrown: unknown): boolean => thrown instanceof Error && thrown.name === 'AbortError';
