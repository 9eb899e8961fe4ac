import { useSignal } from '@preact/signals';
import type { Pull } from '../../api/types.ts';
import { drop, pause, pulls, secondsLeft, startPull } from '../../state/pulls.ts';
import { duration, size } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Badge } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { ProgressBar } from '../../parts/progress_bar.tsx';

function facts(pull: Pull): string {
  const left = secondsLeft(pull);
  return [
    ...(pull.total > 0 ? [t('models.progress', { done: size(pull.completed), total: size(pull.total) })] : [pull.status]),
    ...(pull.state === 'running' && pull.bytes_per_second > 0 ? [t('models.progressSpeed', { speed: size(pull.bytes_per_second) })] : []),
    ...(pull.state === 'running' && left !== null ? [t('models.left', { time: duration(left) })] : []),
  ].filter((part) => part !== '').join(' · ');
}

const looks = {
  running: { tone: 'busy', icon: 'down', text: 'models.pulling' },
  paused: { tone: 'calm', icon: 'wait', text: 'models.paused' },
  failed: { tone: 'bad', icon: 'warn', text: 'models.failed' },
} as const;

function Download({ pull }: { pull: Pull }) {
  const asking = useSignal(false);
  const look = looks[pull.state];
  const share = pull.total > 0 ? pull.completed / pull.total : pull.state === 'running' ? null : 0;
  return (
    <li class="line download">
      <div class="grow">
        <div class="row spread"><p class="strong">{pull.name}</p><Badge tone={look.tone} icon={look.icon}>{t(look.text)}</Badge></div>
        <ProgressBar share={share} label={`${t(look.text)}: ${pull.name}`} />
        <p class="muted small">{facts(pull)}</p>
        {pull.message ? <p class="small error">{pull.message}</p> : null}
      </div>
      <div class="row">
        {pull.state === 'running'
          ? <Button small label={`${t('models.pause')}: ${pull.name}`} onPress={() => pause(pull.name)}>{t('models.pause')}</Button>
          : <Button small label={`${t('models.resume')}: ${pull.name}`} onPress={() => void startPull(pull.name)}>{t('models.resume')}</Button>}
        <Button small kind="quiet" label={`${t('models.drop')}: ${pull.name}`} onPress={() => { asking.value = true; }}>{t('models.drop')}</Button>
      </div>
      {asking.value ? (
        <Confirm
          title={t('models.dropTitle')} text={t('models.dropText', { name: pull.name, size: size(pull.completed) })} action={t('models.dropDo')} no={t('models.keep')}
          onYes={() => drop(pull.name)} onClose={() => { asking.value = false; }}
        />
      ) : null}
    </li>
  );
}

export function Downloads() {
  const all = [...pulls.value.values()];
  if (all.length === 0) return null;
  return (
    <section class="card" aria-labelledby="pulls-title">
      <h2 id="pulls-title">{t('models.pulls')}</h2>
      <ul class="lines">{all.map((pull) => <Download key={pull.name} pull={pull} />)}</ul>
    </section>
  );
}
