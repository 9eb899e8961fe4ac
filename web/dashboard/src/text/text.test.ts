import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, test } from 'node:test';
import { clockTime, duration, moment, percent, rate, since, size } from './format.ts';
import { en } from './en.ts';
import { t, useCatalogue } from './text.ts';

afterEach(() => useCatalogue('en', {}));

test('names and counts are filled in', () => {
  assert.equal(t('home.up', { time: '3 h' }), 'up for 3 h');
  assert.equal(t('settings.found', { count: 1 }), '1 setting');
  assert.equal(t('settings.found', { count: 12_345 }), '12,345 settings');
});

test('another language is used, and English where it lacks a text', () => {
  useCatalogue('de', { 'do.save': 'Sichern', 'settings.found': { one: '{count} Fund', other: '{count} Funde' } });
  assert.equal(t('do.save'), 'Sichern');
  assert.equal(t('settings.found', { count: 12_345 }), '12.345 Funde');
  assert.equal(t('do.cancel'), 'Cancel');
  assert.equal(size(1_500_000), '1,5 MB');
});

test('values are never read as text to fill in', () => {
  assert.equal(t('home.up', { time: '{time}{version}' }), 'up for {time}{version}');
});

test('both plural forms name the same things', () => {
  const names = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').filter((name) => name !== 'count').sort();
  for (const [key, entry] of Object.entries(en)) if (typeof entry !== 'string') assert.deepEqual(names(entry.one), names(entry.other), key);
});

/** The sources lie beside the bundle's origin: tests run in the dashboard's folder. */
const sources = resolve('src');
const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((path) => /\.tsx?$/.test(path) && !path.includes('.test.'));
const code = files.filter((path) => !path.endsWith('en.ts')).map((path) => readFileSync(join(sources, path), 'utf8')).join('\n');

test('every text is used somewhere', () => {
  // Keys that are put together: t(`state.${word}`).
  const stems = [...code.matchAll(/`([\w.-]+)\$\{/g)].map((match) => match[1] ?? '');
  const unused = Object.keys(en).filter((key) => !code.includes(`'${key}'`) && !stems.some((stem) => stem.includes('.') && key.startsWith(stem))
    && !stems.some((stem) => key.startsWith(stem) && /\d/.test(key)));
  assert.deepEqual(unused, []);
});

test('no room or part says anything by itself', () => {
  // Words between tags, or in what is read out, that do not come from the catalogue.
  for (const path of files.filter((file) => file.endsWith('.tsx'))) {
    const text = readFileSync(join(sources, path), 'utf8');
    const spoken = [...text.matchAll(/(?:label|aria-label|title|placeholder|alt)="([A-Za-z][^"]*)"/g), ...text.matchAll(/<(?:p|h\d|span|button|label|li|th|td)[^<>]*>\s*([A-Za-z][A-Za-z ,.]+)\s*</g)];
    assert.deepEqual(spoken.map((match) => match[1]).filter((words) => words !== 'SHA-256'), [], path);
  }
});

test('sizes, rates and times read well', () => {
  assert.deepEqual([0, 999, 1500, 999_600, 2_020_000_000, 42.5e9, 123e9].map(size), ['0 B', '999 B', '1.5 kB', '1.0 MB', '2.0 GB', '42.5 GB', '123 GB']);
  assert.deepEqual([0.44, 9.64, 17.9].map(rate), ['0.4', '9.6', '18']);
  assert.deepEqual([0.999, 1, -1].map(percent), ['99 %', '100 %', '0 %']);
  assert.deepEqual([5, 65, 3600, 3900, 200_000].map(duration), ['5 s', '1 min', '1 h', '1 h 5 min', '2 days']);
});

test('moments are told from now', () => {
  const now = new Date(2026, 10, 27, 15, 0, 0);
  const before = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);
  assert.equal(since(before(10), now), 'just now');
  assert.equal(since(before(600), now), '10 min ago');
  assert.equal(since(before(3 * 3600 + 1900), now), '3 h ago');
  assert.match(since(before(90_000), now), /Nov 26, 2026/);
  assert.doesNotMatch(moment(before(3600), now), /2026/);
  assert.equal(clockTime(new Date(2026, 0, 1, 0, 5, 9), true), '00:05:09');
});
