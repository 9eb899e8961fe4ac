// Which room is open. The address after "#" is never sent to anyone.
import { signal } from '@preact/signals';
import { hashOf, placeOf, type Place, type Room } from './places.ts';

export * from './places.ts';

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
