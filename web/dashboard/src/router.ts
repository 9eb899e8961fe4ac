// Which room is open. The address after "#" is never sent to anyone.
import { signal } from '@preact/signals';

export const rooms = ['home', 'chat', 'models', 'keys', 'logs', 'settings', 'setup', 'sign-in'] as const;
export type Room = (typeof rooms)[number];
export interface Place { readonly room: Room; readonly rest: readonly string[]; readonly query: Readonly<Record<string, string>> }

const isRoom = (text: string): text is Room => (rooms as readonly string[]).includes(text);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** "#/chat/abc?at=3". What is not known leads to Home. */
export function placeOf(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s, 2);
  const [room = '', ...rest] = path.split('/').filter((part) => part !== '').map(decoded);
  const query = Object.fromEntries(new URLSearchParams(search));
  return isRoom(room) ? { room, rest, query } : { room: 'home', rest: [], query: {} };
}

export function hashOf(room: Room, rest: readonly string[] = [], query: Readonly<Record<string, string>> = {}): string {
  const path = [room, ...rest].map(encodeURIComponent).join('/');
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
  return `#/${path}${search === '' ? '' : `?${search}`}`;
}

export const place = signal<Place>(placeOf(globalThis.location?.hash ?? ''));

export function go(room: Room, rest: readonly string[] = [], query: Readonly<Record<string, string>> = {}): void {
  location.hash = hashOf(room, rest, query);
}

/** Changes the address without a step in the history: filters, or a secret that must not stay there. */
export function replacePlace(room: Room, rest: readonly string[] = [], query: Readonly<Record<string, string>> = {}): void {
  history.replaceState(null, '', hashOf(room, rest, query));
  place.value = placeOf(location.hash);
}

/** False for the place that the page was opened at. */
export let hasMoved = false;

export function startRouter(): void {
  addEventListener('hashchange', () => {
    hasMoved = true;
    place.value = placeOf(location.hash);
  });
}
