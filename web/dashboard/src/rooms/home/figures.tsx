import type { ComponentChildren } from 'preact';
import type { Status } from '../../api/types.ts';
import { rate, sentence, size } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { ProgressBar } from '../../parts/progress_bar.tsx';

function Figure({ name, value, children }: { name: string; value: string; children?: ComponentChildren }) {
  return <div class="figure card"><h3>{name}</h3><p class="value">{value}</p>{children}</div>;
}

function Speed({ now }: { now: Status }) {
  const speed = now.speed?.answer_tokens_per_second;
  if (speed === undefined) return <Figure name={t('home.speed')} value="–"><p class="muted small">{t('home.speedUnknown')}</p></Figure>;
  if (speed === 0) return <Figure name={t('home.speed')} value="–"><p class="muted small">{t('home.speedIdle')}</p></Figure>;
  return <Figure name={t('home.speed')} value={t('home.tokensPerSecond', { rate: rate(speed) })} />;
}

function Memory({ now }: { now: Status }) {
  const used = now.memory_total_bytes - now.memory_available_bytes;
  const models = now.loaded.reduce((sum, model) => sum + model.memory_bytes, 0);
  return (
    <Figure name={t('home.memory')} value={size(used)}>
      <ProgressBar share={now.memory_total_bytes === 0 ? 0 : used / now.memory_total_bytes} label={t('home.memory')} />
      <p class="muted small">{t('home.memoryOf', { used: size(used), total: size(now.memory_total_bytes) })}{models > 0 ? `, ${t('home.memoryModels', { size: size(models) })}` : ''}</p>
    </Figure>
  );
}

function PowerFigure({ now }: { now: Status }) {
  const watts = now.power?.watts ?? null;
  if (watts === null) return <Figure name={t('home.power')} value="–"><p class="muted small">{sentence(now.power?.note ?? '') || t('home.powerUnknown')}</p></Figure>;
  return <Figure name={t('home.power')} value={t('home.watts', { watts: rate(watts) })}><p class="muted small">{now.power?.note}</p></Figure>;
}

export function Figures({ now }: { now: Status }) {
  return <div class="figures"><Speed now={now} /><Memory now={now} /><PowerFigure now={now} /></div>;
}
