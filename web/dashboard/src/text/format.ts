// Numbers, sizes and times as people read them.
import { currentLanguage, t } from './text.ts';

const number = (value: number, digits: number): string =>
  value.toLocaleString(currentLanguage(), { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** "1.3 GB": powers of 1000, as the command line has it. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit + 1 < units.length) {
    value /= 1000;
    unit += 1;
  }
  return `${number(value, unit === 0 || value >= 99.95 ? 0 : 1)} ${units[unit]}`;
}

/** Tokens a second or watts: one digit where it matters. */
export const rate = (value: number): string => number(value, value > 0 && value < 10 ? 1 : 0);

export const percent = (share: number): string => `${Math.floor(Math.min(1, Math.max(0, share)) * 100)} %`;

/** "3 min", "2 h 5 min", "4 days": two units at most. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return t('time.seconds', { count: s });
  if (s < 3600) return t('time.minutes', { count: Math.floor(s / 60) });
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor((s % 3600) / 60);
  if (hours < 48) return minutes === 0 ? t('time.hours', { count: hours }) : `${t('time.hours', { count: hours })} ${t('time.minutes', { count: minutes })}`;
  return t('time.days', { count: Math.floor(hours / 24) });
}

/** The time of a moment; with its day unless that is today. */
export function moment(at: Date, now: Date = new Date()): string {
  const sameDay = at.toDateString() === now.toDateString();
  return at.toLocaleString(currentLanguage(), sameDay ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' });
}

/** "just now", "5 min ago", then the moment itself. */
export function since(at: Date, now: Date = new Date()): string {
  const seconds = (now.getTime() - at.getTime()) / 1000;
  if (seconds < 60) return t('time.now');
  if (seconds < 24 * 3600) return t('time.ago', { time: duration(seconds < 3600 ? seconds : Math.floor(seconds / 3600) * 3600) });
  return moment(at, now);
}

/** A number for a person, "1,234". */
export const whole = (value: number): string => number(value, 0);

/** For charts and logs, where every character counts. */
export const clockTime = (at: Date, withSeconds = false): string =>
  at.toLocaleTimeString(currentLanguage(), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(withSeconds ? { second: '2-digit' } : {}) });

/** What the home says in half a sentence, as one. */
export const sentence = (text: string): string => `${text.slice(0, 1).toLocaleUpperCase()}${text.slice(1)}`;
