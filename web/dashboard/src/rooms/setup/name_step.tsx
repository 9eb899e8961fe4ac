import { useSignal } from '@preact/signals';
import { t } from '../../text/text.ts';
import { SubmitButton } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { StepTitle, type StepProps } from './step.tsx';

export function NameStep({ now, save }: StepProps) {
  const name = useSignal(now.home_name);
  const tried = useSignal(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    tried.value = true;
    if (name.value.trim() !== '') await save({ home_name: name.value.trim(), step: 'measure' });
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <StepTitle text={t('setup.nameTitle')} />
      <p class="muted">{t('setup.nameText')}</p>
      <Field
        label={t('setup.nameLabel')} value={name.value} placeholder={t('setup.nameExample')} maxLength={60} onInput={(value) => { name.value = value; }}
        {...(tried.value && name.value.trim() === '' ? { error: t('setup.nameNeeded') } : {})}
      />
      <div class="row end"><SubmitButton>{t('do.continue')}</SubmitButton></div>
    </form>
  );
}
