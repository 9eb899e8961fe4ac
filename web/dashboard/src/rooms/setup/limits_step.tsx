import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { asProblem, type Problem } from '../../api/problem.ts';
import { changeConfig } from '../../api/home.ts';
import type { ConfigKey } from '../../api/types.ts';
import { config } from '../../state/config.ts';
import { t } from '../../text/text.ts';
import { SubmitButton } from '../../parts/button.tsx';
import { Check, Field } from '../../parts/field.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Loaded, Trouble } from '../../parts/trouble.tsx';
import { StepTitle, type StepProps } from './step.tsx';

const gigabyte = 1e9;
const reservePath = 'engine.memory_reserve_bytes';
const keepFreePath = 'fetcher.keep_free_bytes';
const lanPath = 'lan.enabled';

const inGb = (value: unknown): string => (Number(value) / gigabyte).toFixed(1);

function Form({ keyOf, save }: { keyOf: (path: string) => ConfigKey | undefined; save: StepProps['save'] }) {
  const reserve = useSignal(inGb(keyOf(reservePath)?.value ?? 0));
  const keepFree = useSignal(inGb(keyOf(keepFreePath)?.value ?? 0));
  const lan = useSignal(keyOf(lanPath)?.value === true);
  const problem = useSignal<Problem | null>(null);
  const bytes = (text: string): number => Math.round(Number(text) * gigabyte);
  const valid = useComputed(() => [reserve.value, keepFree.value].every((text) => text.trim() !== '' && Number(text) >= 0));
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    problem.value = null;
    // A field that was not touched keeps its exact bytes.
    const changed = { [reservePath]: reserve.value, [keepFreePath]: keepFree.value };
    const values = Object.fromEntries(Object.entries(changed).filter(([path, text]) => text !== inGb(keyOf(path)?.value ?? 0)).map(([path, text]) => [path, bytes(text)]));
    try {
      config.set(await changeConfig({ ...values, [lanPath]: lan.value }));
      await save({ step: 'chat' });
    } catch (thrown) {
      problem.value = asProblem(thrown);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Field label={`${t('setup.reserve')} (${t('setup.reserveUnit')})`} type="number" min={0} step="any" value={reserve.value} onInput={(value) => { reserve.value = value; }} />
      <Field label={`${t('setup.keepFree')} (${t('setup.keepFreeUnit')})`} type="number" min={0} step="any" value={keepFree.value} onInput={(value) => { keepFree.value = value; }} />
      <Check label={t('setup.lan')} hint={t('setup.lanText')} checked={lan.value} onChange={(on) => { lan.value = on; }} />
      <p class="note"><Icon name="lock" /><span><strong>{t('setup.privateTitle')}.</strong> {t('setup.privateText')}</span></p>
      {problem.value ? <Trouble problem={problem.value} /> : null}
      <div class="row end"><SubmitButton disabled={!valid.value}>{t('do.continue')}</SubmitButton></div>
    </form>
  );
}

export function LimitsStep({ save }: StepProps) {
  useEffect(() => void config.load(), []);
  return (
    <>
      <StepTitle text={t('setup.limitsTitle')} />
      <p class="muted">{t('setup.limitsText')}</p>
      <Loaded from={config}>
        {(value) => <Form save={save} keyOf={(path) => value.sections.flatMap((section) => section.keys).find((key) => key.path === path)} />}
      </Loaded>
    </>
  );
}
