// Installs our hooks in a configuration folder of Claude Code, and removes them. Writes nothing but `settings.json` and our own folder there.

import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../core/error-code.ts';
import { asRecord, asText, type JsonRecord, parseJson } from '../core/json-guards.ts';
import { SIGNAL_FOLDER } from '../sources/claude-code/hook-signals.ts';
import { decodeSettings, hooksIn, settingsText, withHooks, withoutHooks } from './claude-code-settings.ts';

/** What was done, or why nothing was. */
export type Done = { readonly kind: 'done'; readonly text: string } | { readonly kind: 'refused'; readonly because: string };

/** The settings before our hooks came; `after` is a hash of those with them. */
interface InstallRecord {
  readonly before: string | undefined;
  readonly after: string;
}

interface Found {
  readonly text: string | undefined;
  readonly settings: JsonRecord;
  readonly mode: number;
}

const RECORD = 'before-hooks.json'; // beside the signals

export function installHooks(home: string): Done {
  const found = findSettings(home);
  if ('because' in found) return found;
  const folder = signalFolder(home);
  const before = textWithout(home, found);
  const after = settingsText(withHooks(found.settings, folder), before);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const record = { ...(before === undefined ? {} : { before }), after: hashOf(after) };
  replace(join(folder, RECORD), `${JSON.stringify(record)}\n`, 0o600);
  replace(settingsFile(home), after, found.mode);
  const off = found.settings['disableAllHooks'] === true ? ' They do not run while disableAllHooks is true there.' : '';
  return { kind: 'done', text: `The hooks are in ${settingsFile(home)}; sessions that begin now have them.${off}` };
}

/** Restores the settings byte for byte if nobody has changed them since; else takes out only what is ours. */
export function removeHooks(home: string): Done {
  const found = findSettings(home);
  if ('because' in found) return found;
  const hasHooks = hooksIn(found.settings, signalFolder(home)) !== 'none';
  if (hasHooks) {
    const before = textWithout(home, found);
    if (before === undefined) rmSync(settingsFile(home));
    else replace(settingsFile(home), before, found.mode);
  }
  rmSync(signalFolder(home), { recursive: true, force: true });
  return { kind: 'done', text: hasHooks ? `The hooks are removed from ${settingsFile(home)}.` : `There are no hooks of ours in ${home}.` };
}

/** In words, and whether everything is there, nothing, or something is to be done. */
export function hooksStatus(home: string): { readonly text: string; readonly state: 'installed' | 'absent' | 'wrong' } {
  const found = findSettings(home);
  if ('because' in found) return { text: found.because, state: 'wrong' };
  const there = hooksIn(found.settings, signalFolder(home));
  if (there === 'none') return { text: `Not installed: ${settingsFile(home)} has no hooks of ours.`, state: 'absent' };
  if (there === 'all' && isFolder(signalFolder(home))) return { text: `${settingsFile(home)}: installed.`, state: 'installed' };
  return { text: `${settingsFile(home)}: not complete; run live-status hook install claude-code again.`, state: 'wrong' };
}

/** The settings as they would be without our hooks. */
function textWithout(home: string, { text, settings }: Found): string | undefined {
  const record = recordOf(home);
  if (record !== undefined && text !== undefined && hashOf(text) === record.after) return record.before;
  return hooksIn(settings, signalFolder(home)) === 'none' ? text : settingsText(withoutHooks(settings), text);
}

function recordOf(home: string): InstallRecord | undefined {
  try {
    const raw = asRecord(parseJson(readFileSync(join(signalFolder(home), RECORD), 'utf8')));
    const after = asText(raw?.['after']);
    return after === undefined ? undefined : { before: asText(raw?.['before']), after };
  } catch {
    return undefined;
  }
}

/** Whoever we are, only our own regular file in our own folder is changed: a link or a file of somebody else has a purpose. */
function findSettings(home: string): Found | { readonly kind: 'refused'; readonly because: string } {
  const path = settingsFile(home);
  if (!isFolder(home)) return refused(`There is no Claude Code at ${home}; set CLAUDE_CONFIG_DIR to its folder.`);
  for (const place of [home, signalFolder(home), path]) {
    const problem = problemOf(place);
    if (problem !== undefined) return refused(`${place} ${problem}; nothing was changed.`);
  }
  try {
    const { mode } = lstatSync(path);
    return decoded(path, readFileSync(path, 'utf8'), mode & 0o777);
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? decoded(path, undefined, 0o600) : refused(`${path} cannot be read; nothing was changed.`);
  }
}

function decoded(path: string, text: string | undefined, mode: number): ReturnType<typeof findSettings> {
  const result = decodeSettings(text);
  return 'wrong' in result ? refused(`${path} ${result.wrong}; nothing was changed.`) : { text, settings: result.settings, mode };
}

function problemOf(path: string): string | undefined {
  try {
    const stats = lstatSync(path);
    if (stats.isSymbolicLink()) return 'is a symbolic link';
    if (!stats.isFile() && !stats.isDirectory()) return 'is no regular file';
    return stats.uid === process.getuid?.() ? undefined : 'belongs to another user';
  } catch {
    return undefined; // missing, or found when it is read
  }
}

function refused(because: string): { readonly kind: 'refused'; readonly because: string } {
  return { kind: 'refused', because };
}

/** By rename, so that the program reads either the old or the new file. */
function replace(path: string, text: string, mode: number): void {
  const next = `${path}.live-status`;
  rmSync(next, { force: true });
  writeFileSync(next, text, { mode: 0o600, flag: 'wx' });
  chmodSync(next, mode); // whatever the umask
  renameSync(next, path);
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(path).isDirectory() || lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function settingsFile(home: string): string {
  return join(home, 'settings.json');
}

function signalFolder(home: string): string {
  return join(home, SIGNAL_FOLDER);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
