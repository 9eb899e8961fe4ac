import { useSignal } from '@preact/signals';
import { loadModel, removeModel, stopModel } from '../../api/home.ts';
import type { Loaded as LoadedModel, Model, ModelList } from '../../api/types.ts';
import { go } from '../../router.ts';
import { canChat, loaded, loadOf, loads, models } from '../../state/models.ts';
import { attempt, tell } from '../../state/notices.ts';
import { wishModel } from '../../state/preferences.ts';
import { size } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { Empty, Loaded } from '../../parts/trouble.tsx';
import { Table } from '../../parts/table.tsx';
import { capabilityText, sourceText } from './names.ts';

const load = (name: string): Promise<unknown> => attempt(async () => {
  for await (const line of loadModel(name)) if (line.status === 'success') break;
});

function chat(name: string): void {
  wishModel(name);
  go('chat');
}

function useText(entry: LoadedModel | undefined, isLoading: boolean): string {
  if (isLoading || entry?.state === 'loading') return t('models.loading');
  if (!entry) return t('models.notLoaded');
  const memory = t('models.loadedAs', { size: size(entry.memory_bytes + entry.gpu_memory_bytes) });
  return entry.in_use > 0 ? `${memory} · ${t('home.inUse', { count: entry.in_use })}` : memory;
}

function Actions({ model, entry, isLoading, onRemove }: { model: Model; entry: LoadedModel | undefined; isLoading: boolean; onRemove: () => void }) {
  return (
    <div class="row end">
      {canChat(model) ? <Button small label={`${t('models.chatWith')}: ${model.name}`} onPress={() => chat(model.name)}>{t('models.chatWith')}</Button> : null}
      {entry
        ? <Button small kind="quiet" disabled={isLoading} label={`${t('home.unload')}: ${model.name}`} onPress={() => attempt(() => stopModel(model.name))}>{t('home.unload')}</Button>
        : <Button small kind="quiet" disabled={isLoading} label={`${t('models.load')}: ${model.name}`} onPress={() => load(model.name)}>{t('models.load')}</Button>}
      {model.source === 'own'
        ? <Button small kind="quiet" label={`${t('do.remove')}: ${model.name}`} onPress={onRemove}>{t('do.remove')}</Button>
        : null}
    </div>
  );
}

function Models({ list }: { list: ModelList }) {
  const removing = useSignal<Model | null>(null);
  const entryOf = (model: Model): LoadedModel | undefined => loaded.value?.find((entry) => entry.name === model.name);
  const isLoading = (model: Model): boolean => loadOf(model.name, loads.value) !== undefined || entryOf(model)?.state === 'loading';
  if (list.models.length === 0) return <Empty><p>{t('models.none')}</p></Empty>;
  return (
    <>
      <Table
        caption={t('models.here')} rows={list.models} keyOf={(model) => model.name}
        columns={[
          { title: t('models.colName'), head: true, cell: (model) => <><span class="strong">{model.name}</span><br /><span class="muted small">{[model.parameter_size, model.quantization, sourceText(model.source)].filter((part) => part !== '').join(' · ')}</span></> },
          { title: t('models.colSize'), cell: (model) => size(model.bytes) },
          { title: t('models.colUse'), cell: (model) => useText(entryOf(model), isLoading(model)) },
          { title: t('models.colCan'), cell: (model) => model.capabilities.map(capabilityText).join(', ') },
          { title: t('models.colActions'), actions: true, cell: (model) => <Actions model={model} entry={entryOf(model)} isLoading={isLoading(model)} onRemove={() => { removing.value = model; }} /> },
        ]}
      />
      {removing.value ? (
        <Confirm
          title={t('models.removeTitle')} text={t('models.removeText', { name: removing.value.name, size: size(removing.value.bytes) })} action={t('do.remove')}
          onYes={() => removeNow(removing.peek() as Model)} onClose={() => { removing.value = null; }}
        />
      ) : null}
    </>
  );
}

const removeNow = (model: Model): Promise<unknown> => attempt(async () => {
  await removeModel(model.name);
  await models.load();
  tell(t('models.removed', { name: model.name }));
});

function Broken({ list }: { list: ModelList }) {
  if (list.problems.length === 0) return null;
  return (
    <details class="broken">
      <summary>{t('models.broken')} ({list.problems.length})</summary>
      <ul class="lines">
        {list.problems.map((problem) => <li key={problem.path} class="line"><div class="grow"><p>{problem.name || problem.path}</p><p class="muted small">{problem.message}</p></div></li>)}
      </ul>
    </details>
  );
}

export function Installed() {
  return (
    <section class="card" aria-labelledby="here-title">
      <h2 id="here-title">{t('models.here')}</h2>
      <Loaded from={models}>{(list) => <><Models list={list} /><Broken list={list} /></>}</Loaded>
    </section>
  );
}
