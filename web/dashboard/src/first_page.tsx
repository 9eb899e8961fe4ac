// The page as it is served: build.mjs draws this into index.html, so that it can be painted before any of its programs has come. boot.ts
// shows another frame where the address asks for it. Who brings no session's cookie gets only the last.
import { renderToString } from 'preact-render-to-string';
import { frames, type Frame } from './places.ts';
import { FirstLook } from './shell/first_look.tsx';

const drawn = (some: readonly Frame[]): string =>
  renderToString(<>{some.map((frame, i) => <div data-frame={frame} hidden={i > 0} key={frame}><FirstLook frame={frame} room="home" /></div>)}</>);

export const firstPage = drawn(frames);
export const firstPageOfStrangers = drawn(['sign-in']);
