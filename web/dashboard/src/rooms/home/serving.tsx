import type { Served, Status } from '../../api/types.ts';
import { duration, rate, whole } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Icon, type IconName } from '../../parts/icon.tsx';

const icons: Readonly<Record<Served['kind'], IconName>> = { dashboard: 'chat', key: 'keys', local: 'logs' };

function One({ served }: { served: Served }) {
  return (
    <li class="line">
      <Icon name={icons[served.kind]} />
      <div class="grow">
        <p>{served.kind === 'dashboard' ? t('home.kind.dashboard') : served.who}<span class="visually-hidden"> ({t(`home.kind.${served.kind}`)})</span></p>
        <p class="muted small">{served.model} · {t('home.servingSince', { tokens: whole(served.answer_tokens), time: duration(Date.now() / 1000 - served.since_unix) })}</p>
      </div>
      <span class="number">{t('home.tokensPerSecond', { rate: rate(served.tokens_per_second) })}</span>
    </li>
  );
}

/** Who gets an answer right now. A home that does not tell who at least tells how many of which model. */
export function Serving({ now }: { now: Status }) {
  const busy = now.loaded.filter((model) => model.in_use > 0);
  const nobody = (now.serving ?? []).length === 0 && busy.length === 0;
  return (
    <section class="card" aria-labelledby="serving-title">
      <h2 id="serving-title">{t('home.serving')}</h2>
      {nobody ? <p class="muted">{t('home.servingNobody')}</p> : null}
      <ul class="lines">
        {now.serving === undefined
          ? busy.map((model) => <li key={model.name} class="line"><Icon name="busy" /><p>{t('home.servingSome', { count: model.in_use, model: model.name })}</p></li>)
          : now.serving.map((served, i) => <One key={i} served={served} />)}
      </ul>
    </section>
  );
}
