import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { Proof } from '../../api/home.ts';
import { asProblem, type Problem } from '../../api/problem.ts';
import { go, place, replacePlace } from '../../router.ts';
import { access, enter } from '../../state/session.ts';
import { askSetup, setup } from '../../state/setup.ts';
import { t } from '../../text/text.ts';
import { SubmitButton } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy_button.tsx';
import { Field, Segments } from '../../parts/field.tsx';
import { Trouble } from '../../parts/trouble.tsx';

type Way = 'password' | 'key';

/** The link of the command line opens this page with a token, or comes into it while it is open. It works once, and does not stay in the address. */
function useToken(prove: (proof: Proof) => Promise<void>): { readonly value: boolean } {
  const byLink = useSignal(false);
  const token = place.value.query['token'];
  useEffect(() => {
    if (token === undefined) return;
    byLink.value = true;
    replacePlace('home');
    void prove({ token });
  }, [token]);
  return byLink;
}

/** A home that nobody has set up begins with that; later one finds it in the banner. */
async function welcome(): Promise<void> {
  await askSetup();
  const now = setup.peek();
  if (now && !now.done && now.step === 'name' && place.peek().room === 'home') go('setup');
}

export default function SignInRoom() {
  const now = access.value;
  const passwordSet = now.phase === 'out' && now.session?.password_set === true;
  const way = useSignal<Way>(passwordSet ? 'password' : 'key');
  const secret = useSignal('');
  const busy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const prove = async (proof: Proof): Promise<void> => {
    busy.value = true;
    problem.value = null;
    try {
      await enter(proof);
      await welcome();
    } catch (thrown) {
      problem.value = asProblem(thrown);
    } finally {
      busy.value = false;
    }
  };
  const byLink = useToken(prove);
  const submit = (event: Event): void => {
    event.preventDefault();
    void prove(way.value === 'password' ? { password: secret.value } : { key: secret.value.trim() });
  };
  return (
    <main class="alone" id="main">
      <h1>{t('sign.title')}</h1>
      <section class="card">
        <p>{t('sign.text')}</p>
        <div class="copyable"><code>{t('sign.command')}</code><CopyButton text={t('sign.command')} label={`${t('do.copy')}: ${t('sign.command')}`} /></div>
      </section>
      <section class="card">
        <Segments
          label={t('sign.how')} value={way.value} onChange={(value) => { way.value = value as Way; secret.value = ''; }}
          choices={[{ value: 'password', text: t('sign.password') }, { value: 'key', text: t('sign.key') }]}
        />
        <form onSubmit={submit}>
          <Field
            label={t(way.value === 'password' ? 'sign.password' : 'sign.key')} type="password" autocomplete={way.value === 'password' ? 'current-password' : 'off'}
            value={secret.value} onInput={(value) => { secret.value = value; }}
          />
          <div class="row end"><SubmitButton busy={busy.value} disabled={secret.value === ''}>{t('sign.do')}</SubmitButton></div>
        </form>
        {busy.value && byLink.value ? <p class="muted waiting" role="status">{t('sign.token')}</p> : null}
        {problem.value ? <Trouble problem={problem.value} /> : null}
      </section>
    </main>
  );
}
