import { theme, themes, type Theme } from '../../state/preferences.ts';
import { t } from '../../text/text.ts';
import { Segments } from '../../parts/field.tsx';

export function Appearance() {
  return (
    <section class="card" aria-labelledby="look-title">
      <h2 id="look-title">{t('settings.appearance')}</h2>
      <p class="muted">{t('settings.appearanceText')}</p>
      <div class="row">
        <span aria-hidden="true">{t('settings.theme')}</span>
        <Segments label={t('settings.theme')} value={theme.value} onChange={(value) => { theme.value = value as Theme; }} choices={themes.map((value) => ({ value, text: t(`settings.theme.${value}`) }))} />
      </div>
    </section>
  );
}
