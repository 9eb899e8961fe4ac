import type { Fit, Verdict } from '../../api/types.ts';
import { pulls, startPull } from '../../state/pulls.ts';
import { rate, size } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Badge, type Tone } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import type { IconName } from '../../parts/icon.tsx';
import { capabilityText } from './names.ts';

const looks: Readonly<Record<Verdict, { tone: Tone; icon: IconName }>> = {
  fits: { tone: 'good', icon: 'good' }, tight: { tone: 'warn', icon: 'warn' }, too_big: { tone: 'bad', icon: 'bad' }, unknown: { tone: 'calm', icon: 'wait' },
};

function speedText(fit: Fit): string {
  if (fit.answer_tokens_per_second === null) return t('models.speedNone');
  return t(fit.basis === 'measured' ? 'models.speedMeasured' : 'models.speed', { rate: rate(fit.answer_tokens_per_second) });
}

/** Whether a model fits this machine, how fast it will be, and the button that gets it. */
export function FitCard({ fit }: { fit: Fit }) {
  const look = looks[fit.verdict];
  const diskShort = fit.bytes > fit.disk_free_bytes;
  const facts = [
    t('models.needs', { needed: size(fit.memory_needed_bytes), budget: size(fit.memory_budget_bytes) }),
    t('models.context', { count: fit.context_tokens }),
    ...(diskShort ? [t('models.diskShort', { free: size(fit.disk_free_bytes) })] : []),
    fit.capabilities.map(capabilityText).join(', '),
  ];
  const isPulling = pulls.value.has(fit.name);
  return (
    <article class="fit card">
      <div class="row spread"><h3>{fit.name}</h3><Badge tone={look.tone} icon={look.icon}>{t(`models.${fit.verdict}`)}</Badge></div>
      {fit.about ? <p>{fit.about}</p> : null}
      {fit.verdict === 'too_big' ? null : <p class={fit.answer_tokens_per_second === null ? 'muted small' : 'speed'}>{speedText(fit)}</p>}
      <p class="muted small">{fit.verdict === 'fits' ? '' : `${fit.reason} `}{facts.filter((part) => part !== '').join(' · ')}</p>
      <div class="row">
        {fit.installed
          ? <span class="muted">{t('models.installed')}</span>
          : (
            <Button
              kind={fit.verdict === 'fits' ? 'main' : 'plain'} disabled={fit.verdict === 'too_big' || diskShort || isPulling}
              label={`${t('models.pullSize', { size: size(fit.bytes) })}: ${fit.name}`} onPress={() => void startPull(fit.name)}
            >
              {isPulling ? t('models.pulling') : t('models.pullSize', { size: size(fit.bytes) })}
            </Button>
          )}
      </div>
    </article>
  );
}
