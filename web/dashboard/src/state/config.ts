// The home's config, and the changes to it that are not saved yet.
import { computed, signal } from '@preact/signals';
import { changeConfig, getConfig } from '../api/home.ts';
import type { Config, ConfigKey, ConfigSection, ConfigValue } from '../api/types.ts';
import { t } from '../text/text.ts';
import { onHomeEvent } from './live.ts';
import { resource } from './resource.ts';

export const config = resource<Config>(getConfig);
export type Changes = ReadonlyMap<string, ConfigValue>;
export const changes = signal<Changes>(new Map());
/** What the home said was wrong with a value, by its path. */
export const refused = signal<Readonly<Record<string, string>>>({});

export const same = (a: ConfigValue, b: ConfigValue): boolean => JSON.stringify(a) === JSON.stringify(b);

/** `changes` with `path` at `value`; a value as it was is no change. */
export function withChange(before: Changes, key: ConfigKey, value: ConfigValue): Changes {
  const next = new Map(before);
  if (same(value, key.value)) next.delete(key.path);
  else next.set(key.path, value);
  return next;
}

/** What is wrong with a number or choice before the home is asked; the home has the last word about the rest. */
export function faultOf(key: ConfigKey, value: ConfigValue): string | null {
  if (key.type !== 'whole') return null;
  const number = Number(value);
  const inRange = Number.isInteger(number) && number >= (key.min ?? 0) && number <= (key.max ?? Number.MAX_SAFE_INTEGER);
  return inRange ? null : t('settings.wholeNumber', { min: key.min ?? 0, max: key.max ?? Number.MAX_SAFE_INTEGER });
}

export interface Search { words: string; changedOnly: boolean }

/** The sections with the keys that match; each word may be anywhere in the path or the meaning. */
export function matching(sections: readonly ConfigSection[], { words, changedOnly }: Search): ConfigSection[] {
  const wanted = words.toLocaleLowerCase().split(/\s+/).filter((word) => word !== '');
  const matches = (key: ConfigKey): boolean => {
    if (changedOnly && same(key.value, key.default)) return false;
    const text = `${key.path} ${key.comment}`.toLocaleLowerCase();
    return wanted.every((word) => text.includes(word));
  };
  return sections.map((section) => ({ ...section, keys: section.keys.filter(matches) })).filter((section) => section.keys.length > 0);
}

export const awaitingRestart = computed(() => (config.state.value.value?.sections ?? []).flatMap((section) => section.keys).filter((key) => key.needs_restart && !same(key.value, key.running)).length);

export async function saveChanges(): Promise<void> {
  const sent = changes.peek();
  const known = (config.state.peek().value?.sections ?? []).flatMap((section) => section.keys);
  // A key at its default is taken out of the file, so that a later version's better default counts.
  const values = Object.fromEntries([...sent].map(([path, value]) => {
    const key = known.find((one) => one.path === path);
    return [path, key && same(value, key.default) ? null : value];
  }));
  config.set(await changeConfig(values));
  changes.value = new Map([...changes.peek()].filter(([path, value]) => !sent.has(path) || !same(value, sent.get(path) as ConfigValue)));
  refused.value = {};
}

onHomeEvent('config', () => { if (config.state.peek().phase !== 'waiting') void config.load(); });
