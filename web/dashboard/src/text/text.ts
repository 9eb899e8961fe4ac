// Looks up what the dashboard says. Every visible string is in the catalogue; a translation is one more such file.
import { en } from './en.ts';

/** A text, or one per plural category of its {count}. */
export type Entry = string | { readonly one: string; readonly other: string };
type Catalogue = Readonly<Record<string, Entry>>;
export type Key = keyof typeof en;

type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type AnyText<E> = E extends string ? E : E extends { readonly one: string; readonly other: string } ? E['one'] | E['other'] : never;
type Counted<E> = E extends string ? never : 'count';
type Fields<K extends Key> = Names<AnyText<(typeof en)[K]>> | Counted<(typeof en)[K]>;
type Values<K extends Key> = { readonly [Name in Fields<K>]: Name extends 'count' ? number : string | number };

let catalogue: Catalogue = en;
let language = 'en';
let plurals = new Intl.PluralRules(language);

/** Another language; keys that it lacks fall back to English. */
export function useCatalogue(name: string, entries: Partial<Record<Key, Entry>>): void {
  language = name;
  catalogue = { ...en, ...entries };
  plurals = new Intl.PluralRules(name);
}

export const currentLanguage = (): string => language;

/** The text of `key` with its {names} filled in. The compiler knows which names a key has. */
export function t<K extends Key>(key: K, ...[values]: Fields<K> extends never ? [] : [Values<K>]): string {
  const filled: Readonly<Record<string, string | number>> = values ?? {};
  const entry = catalogue[key] as Entry;
  const text = typeof entry === 'string' ? entry : (plurals.select(Number(filled['count'])) === 'one' ? entry.one : entry.other);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = filled[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? value.toLocaleString(language) : value;
  });
}
