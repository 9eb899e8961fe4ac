// Endpoints about the home itself and its models.
import { csrf } from './csrf.ts';
import { inPath, json, own, send, stream } from './request.ts';
import { jsonLinesOf } from './lines.ts';
import { problemInStream } from './problem.ts';
import type {
  Config, ConfigValue, DeviceKey, Fit, History, LoadedList, LogLine, Measurement, ModelDetail, ModelList, NewKey, Progress, Pull, Session, Setup, SetupStep, Status,
} from './types.ts';

export const getStatus = (): Promise<Status> => json(own('status'));
export const getHistory = (minutes: number): Promise<History> => json(own(`history?minutes=${minutes}`));

export const getModels = (): Promise<ModelList> => json(own('models'));
export const getModel = async (name: string): Promise<ModelDetail> => (await json<{ model: ModelDetail }>(own(`models/${inPath(name)}`))).model;
export const getLoaded = (): Promise<LoadedList> => json(own('ps'));
export const removeModel = (name: string): Promise<unknown> => json(own(`models/${inPath(name)}`), { method: 'DELETE' });
export const stopModel = (name: string): Promise<unknown> => json(own('stop'), { body: { name } });
export const copyModel = (from: string, to: string): Promise<unknown> => json(own('copy'), { body: { from, to } });

async function* progressOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Progress, void, undefined> {
  for await (const line of jsonLinesOf<Progress>(body)) {
    if (line.error !== undefined) throw problemInStream(line.error);
    yield line;
  }
}

export async function* loadModel(name: string, signal?: AbortSignal): AsyncGenerator<Progress, void, undefined> {
  yield* progressOf(await stream(own('load'), { body: { name, stream: true }, ...(signal ? { signal } : {}) }));
}

/** Null: the home pulls by itself and tells of it in events. Otherwise the pull lives as long as its lines are read. */
export async function pullModel(name: string, signal: AbortSignal): Promise<AsyncGenerator<Progress, void, undefined> | null> {
  const response = await send(own('pull'), { body: { name, stream: true, detach: true }, signal });
  if (response.status === 202 || !response.body) return null;
  return progressOf(response.body);
}
export const pausePull = (name: string): Promise<unknown> => json(own('pulls/pause'), { body: { name } });
export const getPulls = async (): Promise<Pull[]> => (await json<{ pulls: Pull[] }>(own('pulls'))).pulls;

export const getFit = async (name: string): Promise<Fit> => (await json<{ fit: Fit }>(own(`fit?name=${encodeURIComponent(name)}`))).fit;
export const getSuggestions = async (): Promise<Fit[]> => (await json<{ suggestions: Fit[] }>(own('suggestions'))).suggestions;

export const getSession = (): Promise<Session> => json(own('session'));
export type Proof = { token: string } | { key: string } | { password: string };
export async function signIn(proof: Proof): Promise<Session> {
  const session = await json<Session & { csrf: string }>(own('session'), { body: proof });
  csrf.set(session.csrf);
  return session;
}
export async function signOut(): Promise<void> {
  await json(own('session'), { method: 'DELETE' });
  csrf.clear();
}
export const setPassword = (password: string): Promise<unknown> => json(own('session/password'), { method: 'PUT', body: { password } });

export const getSetup = (): Promise<Setup> => json(own('setup'));
export const changeSetup = (change: { step?: SetupStep; home_name?: string; done?: boolean }): Promise<Setup> => json(own('setup'), { method: 'PATCH', body: change });
export type MeasureLine = Progress & { measurement?: Measurement };
export async function* measure(signal: AbortSignal): AsyncGenerator<MeasureLine, void, undefined> {
  yield* progressOf(await stream(own('measure'), { body: {}, signal }));
}
export const getMeasurements = async (): Promise<Measurement[]> => (await json<{ measurements: Measurement[] }>(own('measurements'))).measurements;

export const getConfig = (): Promise<Config> => json(own('config'));
/** Null takes a key out of the file: its default counts again. */
export const changeConfig = (values: Readonly<Record<string, ConfigValue | null>>): Promise<Config> => json(own('config'), { method: 'PATCH', body: { values } });

export const getKeys = async (): Promise<DeviceKey[]> => (await json<{ keys: DeviceKey[] }>(own('keys'))).keys;
export const createKey = (wish: { name: string; requests_per_minute?: number; max_concurrent?: number; may_sign_in?: boolean }): Promise<NewKey> => json(own('keys'), { body: wish });
export const revokeKey = (id: string): Promise<unknown> => json(own(`keys/${encodeURIComponent(id)}`), { method: 'DELETE' });

export interface LogFilter { level: string; process: string; text: string }
function logQuery({ level, process, text }: LogFilter, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({ level, ...(process ? { process } : {}), ...(text ? { text } : {}), ...more });
  return query.toString();
}
export const getLogs = async (filter: LogFilter, before?: number): Promise<LogLine[]> =>
  (await json<{ lines: LogLine[] }>(own(`logs?${logQuery(filter, { limit: '200', ...(before === undefined ? {} : { before: String(before) }) })}`))).lines;
export const openLogs = (filter: LogFilter, since: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> =>
  stream(own(`logs/stream?${logQuery(filter, since === '' ? {} : { since })}`), { signal });
