import { useSignal } from '@preact/signals';
import { setPassword } from '../../api/home.ts';
import { attempt, tell } from '../../state/notices.ts';
import { leave } from '../../state/session.ts';
import { t } from '../../text/text.ts';
import { Button, SubmitButton } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';

const shortest = 10;

export function PasswordForm() {
  const password = useSignal('');
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (password.value.length < shortest) return;
    if (!(await attempt(() => setPassword(password.value)))) return;
    password.value = '';
    tell(t('settings.passwordDone'));
  };
  return (
    <section class="card" aria-labelledby="password-title">
      <h2 id="password-title">{t('settings.sign')}</h2>
      <p class="muted">{t('settings.passwordText')}</p>
      <form class="row form-line" onSubmit={(event) => void submit(event)}>
        <Field
          label={t('settings.password')} type="password" autocomplete="new-password" value={password.value} onInput={(value) => { password.value = value; }}
          {...(password.value !== '' && password.value.length < shortest ? { error: t('settings.passwordShort') } : {})}
        />
        <SubmitButton disabled={password.value.length < shortest}>{t('settings.passwordSet')}</SubmitButton>
      </form>
      <div class="row"><Button kind="quiet" onPress={() => attempt(leave)}>{t('app.signOut')}</Button></div>
    </section>
  );
}
