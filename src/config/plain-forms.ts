// The ordinary kinds of values: numbers, durations, choices, switches, paths, host names and secrets.

import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { parseDuration } from '../core/edit-pace.ts';
import { durationText } from './pace-form.ts';
import { type TextForm, textForm } from './setting.ts';

const MS_PER_S = 1_000;

/** A whole number within limits; `of` says what is counted, for example `milliseconds`. */
export function wholeNumber(of: string | undefined, least: number, most: number): TextForm<number> {
  return textForm(
    `a whole number${of === undefined ? '' : ` of ${of}`} from ${least} to ${most}`,
    (text) => within(text, least, most),
    String,
  );
}

/** A number that may have two decimals. */
export function decimal(of: string, most: number): TextForm<number> {
  const decode = (text: string) => {
    const value = /^\d{1,9}(?:\.\d{1,2})?$/.test(text) ? Number(text) : Number.NaN;
    return value <= most ? { value } : { wrong: undefined };
  };
  return textForm(`a number of ${of} up to ${most}, with at most two decimals`, decode, String);
}

/** Whole minutes in the environment, milliseconds in the program. */
export function minutes(least: number, most: number): TextForm<number> {
  return duration('minutes', 60 * MS_PER_S, least, most);
}

/** Whole seconds in the environment, milliseconds in the program. */
export function seconds(least: number, most: number): TextForm<number> {
  return duration('seconds', MS_PER_S, least, most);
}

/** Whole hours in the environment, milliseconds in the program. */
export function hours(least: number, most: number): TextForm<number> {
  return duration('hours', 3_600 * MS_PER_S, least, most);
}

function duration(unit: string, unitMs: number, least: number, most: number): TextForm<number> {
  const decode = (text: string) => {
    const decoded = within(text, least, most);
    return 'value' in decoded ? { value: decoded.value * unitMs } : decoded;
  };
  return textForm(`a whole number of ${unit} from ${least} to ${most}`, decode, (ms) => String(ms / unitMs));
}

/** A time with its unit: `90s`, `5m`, `2h`. Milliseconds in the program. */
export function span(leastMs: number, mostMs: number): TextForm<number> {
  const decode = (text: string) => {
    const value = parseDuration(text);
    return value !== undefined && value >= leastMs && value <= mostMs ? { value } : { wrong: undefined };
  };
  return textForm(`a time from ${durationText(leastMs)} to ${durationText(mostMs)}, such as 90s, 5m or 2h`, decode, durationText);
}

/** A time of the day, `18:00`: minutes since midnight in the program. */
export function timeOfDay(): TextForm<number> {
  const decode = (text: string) => {
    const [, hour = '', minute = ''] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
    return minute === '' ? { wrong: undefined } : { value: Number(hour) * 60 + Number(minute) };
  };
  return textForm('a time of the day, such as 18:00', decode, timeText);
}

/** `18:00` */
export function timeText(sinceMidnight: number): string {
  return `${String(Math.floor(sinceMidnight / 60)).padStart(2, '0')}:${String(sinceMidnight % 60).padStart(2, '0')}`;
}

function within(text: string, least: number, most: number): { value: number } | { wrong: undefined } {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? { value } : { wrong: undefined };
}

/** One of a few words; capitals are forgiven. */
export function choice<const T extends string>(...words: readonly T[]): TextForm<T> {
  const decode = (text: string) => {
    const value = words.find((word) => word === text.toLowerCase());
    return value === undefined ? { wrong: undefined } : { value };
  };
  return textForm(`one of ${words.join(', ')}`, decode, String);
}

const SWITCH_WORDS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 'true', 'yes', 'on'].map((word) => [word, true] as const),
  ...['0', 'false', 'no', 'off'].map((word) => [word, false] as const),
]);

/** A switch. */
export function toggle(): TextForm<boolean> {
  const decode = (text: string) => {
    const value = SWITCH_WORDS.get(text.toLowerCase());
    return value === undefined ? { wrong: undefined } : { value };
  };
  return textForm('1, true, yes or on, or else 0, false, no or off', decode, (on) => (on ? '1' : '0'));
}

/** A path; `~/` is the home directory and a relative path starts at the working directory. The value is absolute. */
export function path(what: string): TextForm<string> {
  const decode = (text: string) => {
    if (text.includes('\0')) return { wrong: 'contains a NUL character' };
    return { value: absolutePath(text) };
  };
  return textForm(`the path of ${what}`, decode, String);
}

function absolutePath(text: string): string {
  return text === '~' || text.startsWith('~/') ? resolve(homedir(), `.${text.slice(1)}`) : resolve(text);
}

/** Paths of folders, divided by colons. The value has them as `path` would, each once. */
export function folders(what: string): TextForm<string> {
  const decode = (text: string) => {
    const paths = text.split(':').map((part) => part.trim());
    if (text.includes('\0')) return { wrong: 'contains a NUL character' };
    if (paths.includes('')) return { wrong: 'has an empty path in it' };
    return { value: [...new Set(paths.map(absolutePath))].join(':') };
  };
  return textForm(`the paths of ${what}, divided by colons`, decode, String);
}

/** Folders, divided by colons; a star as the last part stands for every folder beside it. */
export function userHomes(): TextForm<string> {
  const decode = (text: string) => {
    const parts = text.split(':').map((part) => part.trim());
    const isPlain = parts.every((part) => /^(?:~|\/)[^*\0]*\*?$/.test(part) && (!part.endsWith('*') || part.endsWith('/*')));
    return isPlain ? { value: parts.join(':') } : { wrong: undefined };
  };
  return textForm('folders divided by colons, such as /home/*', decode, String);
}

/** An address to listen on: a host name, an IPv4 or an IPv6 address (with or without brackets). */
export function hostName(): TextForm<string> {
  const decode = (text: string) => {
    const host = text.replace(/^\[(.*)\]$/, '$1');
    return /^[A-Za-z0-9:._%-]{1,255}$/.test(host) ? { value: host } : { wrong: undefined };
  };
  return textForm('a host name or an IP address', decode, String);
}

/** A token that is sent in a header. Its problem does not quote it. */
export function token(what: string): TextForm<string> {
  const decode = (text: string) =>
    /^[\x21-\x7e]+$/.test(text) ? { value: text } : { wrong: 'contains blanks, line breaks or characters that a token cannot have' };
  return textForm(what, decode, String);
}
