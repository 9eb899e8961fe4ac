// The shell: what is around the rooms, and which of them is open.
import { useEffect } from 'preact/hooks';
import { effect } from '@preact/signals';
import { place } from './router.ts';
import { access, askSession, type Access } from './state/session.ts';
import { startLive, stopLive } from './state/live.ts';
import { askSetup } from './state/setup.ts';
import { loadPulls } from './state/pulls.ts';
import { Trouble, Waiting } from './parts/trouble.tsx';
import { Notices } from './shell/notices.tsx';
import { Banners } from './shell/banners.tsx';
import { Navigation } from './shell/navigation.tsx';
import { TopBar } from './shell/top_bar.tsx';
import { RoomView } from './shell/room_view.tsx';
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

function Inside() {
  return (
    <div class="shell">
      <TopBar />
      <Navigation />
      <main id="main" class={`room room-${place.value.room}`}>
        <Banners />
        <RoomView room={place.value.room} />
      </main>
    </div>
  );
}

function Content() {
  const now = access.value;
  if (now.phase === 'asking') return <main class="alone" id="main"><Waiting /></main>;
  if (now.phase === 'unreachable') return <Unreachable now={now} />;
  if (now.phase === 'out') return <RoomView room="sign-in" />;
  return place.value.room === 'setup' ? <RoomView room="setup" /> : <Inside />;
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
