// The home's words for what a model is and can, as people read them. Words of a newer home are shown as they came.
import { t, type Key } from '../../text/text.ts';
import { en } from '../../text/en.ts';

const known = (key: string): key is Key & `models.${string}` => key in en;

function textOr(key: string, word: string): string {
  return known(key) ? t(key as 'models.can.tools') : word;
}

export const capabilityText = (word: string): string => textOr(`models.can.${word}`, word);
export const sourceText = (word: string): string => textOr(`models.source.${word}`, word);
