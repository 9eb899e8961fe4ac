import { hashOf } from '../../router.ts';
import { status } from '../../state/live.ts';
import { canChat, chosenModel, models } from '../../state/models.ts';
import { wishedModel, wishModel } from '../../state/preferences.ts';
import { Select } from '../../parts/field.tsx';
import { t } from '../../text/text.ts';

/** The model that a question goes to: what the person chose last, else the home's default. */
export function currentModel(ofConversation?: string): string {
  const list = models.value?.models ?? [];
  return chosenModel(list, wishedModel.value ?? ofConversation ?? null, status.value?.default_model ?? '');
}

export function ModelChoice() {
  const list = (models.value?.models ?? []).filter(canChat);
  if (models.value && list.length === 0) return <p class="small">{t('chat.noModel')} <a href={hashOf('models')}>{t('chat.getModel')}</a></p>;
  return <Select label={t('chat.model')} value={currentModel()} onChange={wishModel} choices={list.map(({ name }) => ({ value: name, text: name }))} />;
}
