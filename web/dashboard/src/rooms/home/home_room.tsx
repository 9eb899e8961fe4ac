import { useEffect } from 'preact/hooks';
import { getHistory } from '../../api/home.ts';
import { status, takeHistory } from '../../state/live.ts';
import { Waiting } from '../../parts/trouble.tsx';
import { RoomHead } from '../../shell/room_head.tsx';
import { homeName } from '../../shell/top_bar.tsx';
import { Doors } from './doors.tsx';
import { Figures } from './figures.tsx';
import { Hero } from './hero.tsx';
import { InMemory } from './in_memory.tsx';
import { OverTime } from './over_time.tsx';
import { Serving } from './serving.tsx';

const rememberedMinutes = 24 * 60;

export default function HomeRoom() {
  useEffect(() => {
    // A home that remembers nothing yet: the lines begin now.
    void getHistory(rememberedMinutes).then(takeHistory).catch(() => undefined);
  }, []);
  const now = status.value;
  return (
    <>
      <RoomHead title={homeName()} />
      {now === null ? <Waiting /> : (
        <div class="home-grid">
          <Hero now={now} />
          <Figures now={now} />
          <Serving now={now} />
          <InMemory now={now} />
          <OverTime now={now} />
          <Doors now={now} />
        </div>
      )}
    </>
  );
}
