import type { Status } from '../../api/types.ts';
import { t } from '../../text/text.ts';
import { Badge } from '../../parts/badge.tsx';
import { Table } from '../../parts/table.tsx';

/** Where the home can be reached, and what keeps its parts apart. Open by itself when a wall is missing. */
export function Doors({ now }: { now: Status }) {
  const broken = now.walls.some((wall) => !wall.stands);
  return (
    <details class="card wide" open={broken}>
      <summary><h2>{t('home.doors')}</h2></summary>
      <Table
        caption={t('home.door')} rows={now.doors} keyOf={(door) => door.name}
        columns={[
          { title: t('home.door'), head: true, cell: (door) => door.name },
          { title: t('home.stateColumn'), cell: (door) => <Badge tone={door.open ? 'good' : 'calm'} icon={door.open ? 'good' : 'lock'}>{t(door.open ? 'home.doorOpen' : 'home.doorClosed')}</Badge> },
          { title: t('home.address'), cell: (door) => [door.url, door.note].filter((part) => part !== '').join(' · ') || '–' },
        ]}
      />
      {now.walls.length === 0 ? null : (
        <Table
          caption={t('home.wall')} rows={now.walls} keyOf={(wall) => wall.name}
          columns={[
            { title: t('home.wall'), head: true, cell: (wall) => wall.name },
            { title: t('home.stateColumn'), cell: (wall) => <Badge tone={wall.stands ? 'good' : 'bad'} icon={wall.stands ? 'good' : 'warn'}>{t(wall.stands ? 'home.wallStands' : 'home.wallMissing')}</Badge> },
            { title: t('home.address'), cell: (wall) => wall.detail || '–' },
          ]}
        />
      )}
    </details>
  );
}
