// The shell: what is around the rooms, and which of them is open.
import { useEffect } from 'preact/hooks';
import { effect } from '@preact/signals';
import { frameOf, place, type Room } from './router.ts';
import { csrf } from './api/csrf.ts';
import { access, askSession, type Access } from './state/session.ts';
import { startLive, stopLive } from './state/live.ts';
import { askSetup } from './state/setup.ts';
import { loadPulls } from './state/pulls.ts';
import { Trouble } from './parts/trouble.tsx';
import { Notices } from './shell/notices.tsx';
import { Banners } from './shell/banners.tsx';
import { FirstLook } from './shell/first_look.tsx';
import { RoomView } from './shell/room_view.tsx';
import { Shell } from './shell/shell.tsx';
import { t } from './text/text.ts';

function started(now: Access): boolean {
  return now.phase === 'in' || now.phase === 'none';
}

// Once someone may look, the page begins to listen.
effect(() => {
  if (!started(access.value)) {
    stopLive();
    return;
  }
  startLive();
  void askSetup();
  void loadPulls();
});

const retryEveryMs = 3000;

function Unreachable({ now }: { now: Extract<Access, { phase: 'unreachable' }> }) {
  useEffect(() => {
    const timer = setInterval(() => void askSession(), retryEveryMs);
    return () => clearInterval(timer);
  }, []);
  return <main class="alone" id="main"><h1>{t('sign.unreachable')}</h1><Trouble problem={now.problem} onRetry={askSession} /></main>;
}

function Inside({ room }: { room: Room }) {
  return <Shell room={room}><Banners /><RoomView room={room} /></Shell>;
}

function Content() {
  const now = access.value;
  const { room, query } = place.value;
  if (now.phase === 'asking') return <FirstLook frame={frameOf(room, csrf.get() !== null)} room={room} />;
  if (now.phase === 'unreachable') return <Unreachable now={now} />;
  // A new link signs in anew, also who is in already.
  if (now.phase === 'out' || (room === 'sign-in' && query['token'] !== undefined)) return <RoomView room="sign-in" />;
  if (room === 'setup') return <RoomView room="setup" />;
  return <Inside room={room === 'sign-in' ? 'home' : room} />;
}

function skipToMain(event: Event): void {
  // The address after "#" names the room, so the link cannot go there by itself.
  event.preventDefault();
  const main = document.getElementById('main');
  main?.setAttribute('tabindex', '-1');
  main?.focus();
}

export function App() {
  return (
    <>
      <a class="skip" href="#main" onClick={skipToMain}>{t('app.skip')}</a>
      <Content />
      <Notices />
    </>
  );
}
