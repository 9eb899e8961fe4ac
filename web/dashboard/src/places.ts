// What an address after "#" means, without any state: the script before the first paint needs it, too.

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

/** What is around a room: the shell with its navigation, or a page of its own. Without a session's second half nobody is signed in here. */
export type Frame = 'inside' | 'setup' | 'sign-in';
export const frames: readonly Frame[] = ['inside', 'setup', 'sign-in'];

export function frameOf(room: Room, hasSession: boolean): Frame {
  if (!hasSession || room === 'sign-in') return 'sign-in';
  return room === 'setup' ? 'setup' : 'inside';
}
