import { useEffect, useMemo, useRef } from 'preact/hooks';
import { place, replacePlace } from '../../router.ts';
import type { LogLine } from '../../api/types.ts';
import { LogView } from '../../state/log_view.ts';
import { clockTime } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Button } from '../../parts/button.tsx';
import { Check, Field, Select } from '../../parts/field.tsx';
import { Empty, Trouble, Waiting } from '../../parts/trouble.tsx';
import { RoomHead } from '../../shell/room_head.tsx';

const levels = ['debug', 'info', 'warn', 'error'] as const;
const processes = ['house', 'supervisor', 'fetcher'] as const;
const filterAfterMs = 300;

interface Wish { level: string; process: string; text: string }

function wishOf(query: Readonly<Record<string, string>>): Wish {
  const level = query['level'] ?? '';
  return { level: (levels as readonly string[]).includes(level) ? level : 'info', process: query['process'] ?? '', text: query['text'] ?? '' };
}

/** The filter is kept in the address: it can be sent to someone, and is there again after a reload. */
function Filter({ wish }: { wish: Wish }) {
  const set = (change: Partial<Wish>): void => replacePlace('logs', [], { ...wish, ...change });
  return (
    <div class="row filter">
      <Select label={t('logs.level')} value={wish.level} choices={levels.map((level) => ({ value: level, text: t(`logs.level.${level}`) }))} onChange={(level) => set({ level })} />
      <Select
        label={t('logs.process')} value={wish.process} onChange={(process) => set({ process })}
        choices={[{ value: '', text: t('logs.process.all') }, ...processes.map((process) => ({ value: process, text: process }))]}
      />
      <Field label={t('logs.text')} type="search" value={wish.text} onInput={(text) => set({ text })} />
    </div>
  );
}

function Line({ line }: { line: LogLine }) {
  const day = line.time.slice(0, 10);
  return (
    <li class={`log-line ${line.level}`}>
      <time dateTime={line.time} title={day}>{clockTime(new Date(line.time), true)}</time>
      <span class="level">{line.level}</span>
      <span class="process">{line.process}</span>
      <span class="text">{line.message}</span>
    </li>
  );
}

export default function LogsRoom() {
  const view = useMemo(() => new LogView(), []);
  const box = useRef<HTMLDivElement>(null);
  const wish = wishOf(place.value.query);
  const key = JSON.stringify(wish);

  useEffect(() => {
    // Not at each letter that is typed.
    const timer = setTimeout(() => void view.open(wish), view.ready.peek() ? filterAfterMs : 0);
    return () => clearTimeout(timer);
  }, [key]);
  useEffect(() => () => view.close(), []);
  useEffect(() => {
    if (view.following.value && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [view.lines.value, view.following.value]);

  const onScroll = (): void => {
    const list = box.current;
    if (list && list.scrollHeight - list.scrollTop - list.clientHeight > 80 && view.following.peek()) view.follow(false);
  };
  const lines = view.lines.value;
  return (
    <>
      <RoomHead title={t('room.logs')}><p class="muted">{t('logs.intro')}</p></RoomHead>
      <Filter wish={wish} />
      {view.problem.value ? <Trouble problem={view.problem.value} onRetry={() => view.open(wish)} /> : null}
      {!view.ready.value && !view.problem.value ? <Waiting /> : null}
      {view.ready.value && lines.length === 0 ? <Empty><p>{t('logs.none')}</p></Empty> : null}
      {lines.length > 0 ? (
        <div class="log-box" ref={box} onScroll={onScroll} tabIndex={0} role="region" aria-label={t('logs.lines')}>
          {view.reachedOldest.value ? <p class="muted small">{t('logs.oldest')}</p> : <Button small kind="quiet" onPress={() => { view.follow(false); return view.older(); }}>{t('logs.older')}</Button>}
          <ol>{lines.map((line) => <Line key={line.id} line={line} />)}</ol>
        </div>
      ) : null}
      <Check
        label={t('logs.follow')} checked={view.following.value} onChange={(on) => view.follow(on)}
        hint={view.following.value ? t('logs.following') : t('logs.stopped', { count: view.held.value.length })}
      />
    </>
  );
}
