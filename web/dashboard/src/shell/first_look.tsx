// What stands until the home has said who this is.
import type { Frame, Room } from '../places.ts';
import { Waiting } from '../parts/trouble.tsx';
import { t } from '../text/text.ts';
import { RoomHead } from './room_head.tsx';
import { Shell } from './shell.tsx';
import { homeName } from './top_bar.tsx';

export function FirstLook({ frame, room }: { frame: Frame; room: Room }) {
  if (frame === 'inside') {
    return <Shell room={room} busy><RoomHead title={room === 'home' ? homeName() : t(`room.${room}`)} hidden={room === 'chat'} /><Waiting /></Shell>;
  }
  return <main class="alone" aria-busy="true"><h1>{t(frame === 'setup' ? 'setup.title' : 'sign.title')}</h1><Waiting /></main>;
}
