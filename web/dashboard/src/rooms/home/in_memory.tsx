import { stopModel } from '../../api/home.ts';
import type { LoadedBrief, Status } from '../../api/types.ts';
import { attempt, tell } from '../../state/notices.ts';
import { duration, size } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Button } from '../../parts/button.tsx';

function about(model: LoadedBrief): string {
  if (model.state === 'loading') return t('models.loading');
  const left = model.expires_at === null ? null : (Date.parse(model.expires_at) - Date.now()) / 1000;
  return [size(model.memory_bytes), ...(model.in_use > 0 ? [t('home.inUse', { count: model.in_use })] : left !== null && left > 0 ? [t('home.leaves', { time: duration(left) })] : [])].join(' · ');
}

export function InMemory({ now }: { now: Status }) {
  const unload = (name: string): Promise<unknown> => attempt(async () => {
    await stopModel(name);
    tell(t('home.unloaded', { name }));
  });
  return (
    <section class="card" aria-labelledby="memory-title">
      <h2 id="memory-title">{t('home.inMemory')}</h2>
      {now.loaded.length === 0 ? <p class="muted">{t('home.inMemoryNone')}</p> : null}
      <ul class="lines">
        {now.loaded.map((model) => (
          <li key={model.name} class="line">
            <div class="grow"><p>{model.name}</p><p class="muted small">{about(model)}</p></div>
            <Button small label={`${t('home.unload')}: ${model.name}`} disabled={model.state === 'loading'} onPress={() => unload(model.name)}>{t('home.unload')}</Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
