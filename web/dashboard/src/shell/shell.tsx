import type { ComponentChildren } from 'preact';
import type { Room } from '../router.ts';
import { Navigation } from './navigation.tsx';
import { TopBar } from './top_bar.tsx';

/** What is around every room. `busy`: the room is not there yet. */
export function Shell({ room, busy, children }: { room: Room; busy?: boolean; children: ComponentChildren }) {
  return (
    <div class="shell">
      <TopBar />
      <Navigation room={room} />
      <main id="main" class={`room room-${room}`} aria-busy={busy || undefined}>{children}</main>
    </div>
  );
}
