// Makes the frame that stands in the page fit its address. Once it is painted, has the page's program come, which puts the same in its place, alive.
// It asks for nothing that has to be fetched from another process, as localStorage and cookies have to: that takes longer than all of the rest.
import { frameOf, hashOf, placeOf } from './places.ts';

/** Longer than the first paint takes where there is one: in a tab that nobody looks at nothing is painted. */
const unseenMs = 400;

const { room } = placeOf(location.hash);
/** The home puts only what is fit for strangers into the page of who brings no cookie. */
const mayBeIn = document.querySelector('[data-frame=inside]') !== null;
const shown = document.querySelector<HTMLElement>(`[data-frame=${frameOf(room, mayBeIn)}]`);

/** The frame stands there as Home's. */
function openAt(frame: HTMLElement): void {
  frame.querySelector('[aria-current]')?.removeAttribute('aria-current');
  const entry = frame.querySelector(`nav a[href="${hashOf(room)}"]`);
  entry?.setAttribute('aria-current', 'page');
  const title = frame.querySelector('h1');
  if (title) title.textContent = entry?.textContent ?? '';
  if (room === 'chat') title?.parentElement?.classList.add('visually-hidden');
  frame.querySelector('main')?.classList.replace('room-home', `room-${room}`);
}

if (shown) {
  if (shown.dataset['frame'] === 'inside' && room !== 'home') openAt(shown);
  for (const frame of document.querySelectorAll<HTMLElement>('[data-frame]')) frame.hidden = frame !== shown;
}

/** The program's files: all at once, not one after the other as each names the next. */
const [main, ...early] = (document.currentScript?.dataset['program'] ?? '').split(' ').map((path) => new URL(path, location.href).href);
let begun = false;
function begin(): void {
  if (begun || !main) return;
  begun = true;
  document.head.append(...early.map((href) => Object.assign(document.createElement('link'), { rel: 'modulepreload', href })));
  void import(main);
}
requestAnimationFrame(() => setTimeout(begin));
setTimeout(begin, unseenMs);
