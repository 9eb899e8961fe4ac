import { useSignal } from '@preact/signals';
import { asProblem, type Problem } from '../../api/problem.ts';
import { changes, config, faultOf, refused, saveChanges } from '../../state/config.ts';
import { tell } from '../../state/notices.ts';
import { t } from '../../text/text.ts';
import { Button } from '../../parts/button.tsx';
import { Trouble } from '../../parts/trouble.tsx';

function anyFault(): boolean {
  const keys = (config.state.value.value?.sections ?? []).flatMap((section) => section.keys);
  return keys.some((key) => {
    const value = changes.value.get(key.path);
    return value !== undefined && faultOf(key, value) !== null;
  });
}

/** Stays at the lower edge while something is not saved. */
export function SaveBar() {
  const problem = useSignal<Problem | null>(null);
  const count = changes.value.size;
  const save = async (): Promise<void> => {
    problem.value = null;
    try {
      await saveChanges();
      tell(t('settings.saved'));
    } catch (thrown) {
      problem.value = asProblem(thrown);
      refused.value = problem.value.details.fields ?? {};
    }
  };
  const discard = (): void => {
    changes.value = new Map();
    refused.value = {};
    problem.value = null;
  };
  if (count === 0) return null;
  return (
    <div class="save-bar" role="region" aria-label={t('settings.changes', { count })}>
      {problem.value ? <Trouble problem={problem.value} /> : null}
      <div class="row spread">
        <span role="status">{t('settings.changes', { count })}</span>
        <div class="row"><Button onPress={discard}>{t('settings.discard')}</Button><Button kind="main" disabled={anyFault()} onPress={save}>{t('do.save')}</Button></div>
      </div>
    </div>
  );
}
