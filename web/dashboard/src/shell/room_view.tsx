// Opens a room. All but Home are fetched when they are first looked at.
import type { ComponentType } from 'preact';
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Room } from '../router.ts';
import { Problem } from '../api/problem.ts';
import { Trouble, Waiting } from '../parts/trouble.tsx';
import HomeRoom from '../rooms/home/home_room.tsx';
import { t } from '../text/text.ts';

const house = () => import('../rooms/house_rooms.ts');

const loaders: Readonly<Record<Exclude<Room, 'home'>, () => Promise<ComponentType>>> = {
  chat: async () => (await import('../rooms/chat/chat_room.tsx')).default,
  models: async () => (await house()).models,
  keys: async () => (await house()).keys,
  logs: async () => (await house()).logs,
  settings: async () => (await house()).settings,
  setup: async () => (await house()).setup,
  'sign-in': async () => (await house()).signIn,
};

const opened = signal<Partial<Record<Room, ComponentType | 'failed'>>>({ home: HomeRoom });

async function open(room: Exclude<Room, 'home'>): Promise<void> {
  let view: ComponentType | 'failed';
  try {
    view = await loaders[room]();
  } catch {
    // The home may have been updated: then the files that this page knows are gone.
    view = 'failed';
  }
  opened.value = { ...opened.peek(), [room]: view };
}

export function RoomView({ room }: { room: Room }) {
  const known = opened.value[room];
  useEffect(() => {
    document.title = `${t(`room.${room}`)} · ${t('app.name')}`;
    if (room !== 'home' && typeof opened.peek()[room] !== 'function') void open(room);
  }, [room]);
  if (known === undefined) return <Waiting />;
  if (known === 'failed') return <Trouble title={t('app.roomFailed')} problem={new Problem('offline', t('problem.offline'))} onRetry={() => location.reload()} />;
  const Open = known;
  return <Open />;
}
