import { hashOf, type Room } from '../router.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { pulls } from '../state/pulls.ts';
import { t } from '../text/text.ts';

const entries: readonly (Room & IconName)[] = ['home', 'chat', 'models', 'keys', 'logs', 'settings'];

export function Navigation({ room: current }: { room: Room }) {
  const running = [...pulls.value.values()].filter((pull) => pull.state === 'running').length;
  return (
    <nav class="rooms" aria-label={t('app.nav')}>
      <ul>
        {entries.map((room) => (
          <li key={room}>
            <a href={hashOf(room)} aria-current={current === room ? 'page' : undefined}>
              <Icon name={room} />
              <span>{t(`room.${room}`)}</span>
              {room === 'models' && running > 0 ? <span class="count">{running}<span class="visually-hidden"> {t('models.pulling')}</span></span> : null}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
