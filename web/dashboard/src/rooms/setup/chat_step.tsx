import { go } from '../../router.ts';
import { t } from '../../text/text.ts';
import { Button } from '../../parts/button.tsx';
import { StepTitle, type StepProps } from './step.tsx';

export function ChatStep({ now, save }: StepProps) {
  const finish = async (room: 'chat' | 'home'): Promise<void> => {
    if (await save({ done: true })) go(room);
  };
  return (
    <>
      <StepTitle text={t('setup.chatTitle')} />
      <p class="muted">{t('setup.chatText', { name: now.home_name || t('home.unnamed') })}</p>
      <div class="row end">
        <Button onPress={() => finish('home')}>{t('setup.lookAround')}</Button>
        <Button kind="main" onPress={() => finish('chat')}>{t('setup.finish')}</Button>
      </div>
    </>
  );
}
