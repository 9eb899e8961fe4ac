// The models of this home: what is there, what is in memory, what would fit.
import { signal } from '@preact/signals';
import { getLoaded, getModels, getSuggestions } from '../api/home.ts';
import type { Loaded, LoadedBrief, Model, ModelList, ProgressEvent } from '../api/types.ts';
import { resource } from './resource.ts';
import { onHomeEvent, onMissedEvents, status } from './live.ts';
import { onPulled } from './pulls.ts';
import { effect } from '@preact/signals';

export const models = resource<ModelList>(getModels);
export const loaded = resource<Loaded[]>(async () => (await getLoaded()).loaded);
export const suggestions = resource(getSuggestions);

/** The load that each model is in, by its name as it was asked for. */
export const loads = signal<ReadonlyMap<string, ProgressEvent>>(new Map());

export const withTag = (name: string): string => (name.slice(name.lastIndexOf('/') + 1).includes(':') ? name : `${name}:latest`);

export const canChat = (model: Model): boolean => model.capabilities.includes('completion');

/** The model for a new chat: the wish, else the home's default, else the first that chats. */
export function chosenModel(list: readonly Model[], wish: string | null, fallback: string): string {
  const names = list.filter(canChat).map((model) => model.name);
  return [wish ?? '', withTag(fallback)].find((name) => names.includes(name)) ?? names[0] ?? '';
}

export function loadOf(model: string, all: ReadonlyMap<string, ProgressEvent>): ProgressEvent | undefined {
  return [...all.values()].find((event) => withTag(event.name) === withTag(model));
}

/** Load events of models that are not loading any more are forgotten. */
export function stillLoading(all: ReadonlyMap<string, ProgressEvent>, now: readonly LoadedBrief[]): ReadonlyMap<string, ProgressEvent> {
  const loading = new Set(now.filter((entry) => entry.state === 'loading').map((entry) => entry.name));
  const kept = [...all].filter(([name]) => loading.has(withTag(name)));
  return kept.length === all.size ? all : new Map(kept);
}

onHomeEvent<ProgressEvent>('load', (event) => { loads.value = new Map(loads.peek()).set(event.name, event); });
onPulled(() => void models.load());
onMissedEvents(() => {
  void models.load();
  void loaded.load();
});

/** What is in memory changes with the state events; the details are asked for only then. */
let shown = '';
effect(() => {
  const now = status.value;
  if (!now) return;
  loads.value = stillLoading(loads.peek(), now.loaded);
  const key = `${now.models} ${now.loaded.map(({ name, state, expires_at: expires }) => `${name} ${state} ${expires}`).join(',')}`;
  if (key === shown) return;
  const counted = shown.split(' ')[0];
  shown = key;
  if (loaded.state.peek().phase !== 'waiting') void loaded.load();
  if (counted !== String(now.models) && models.state.peek().phase !== 'waiting') void models.load();
});
