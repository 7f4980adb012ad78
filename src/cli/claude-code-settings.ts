// Adds our hooks to the settings of Claude Code as text, and takes them out again. Pure.

import { asRecord, isRecord, type JsonRecord, parseJson } from '../core/json-guards.ts';
import { HOOK_MARK, hookCommand, SIGNALS } from '../sources/claude-code/hook-signals.ts';

const TIMEOUT_S = 5; // it takes some milliseconds; a folder that hangs must not hang the agent

/** Settings that we can change without a loss, or why not. No settings are empty settings. */
export function decodeSettings(text: string | undefined): { settings: JsonRecord } | { wrong: string } {
  if (text === undefined) return { settings: {} };
  const settings = asRecord(parseJson(text));
  if (settings === undefined) return { wrong: 'is no JSON object' };
  const { hooks = {} } = settings;
  if (!isRecord(hooks)) return { wrong: 'has hooks that are no object' };
  const strange = SIGNALS.find((name) => hooks[name] !== undefined && !Array.isArray(hooks[name]));
  return strange === undefined ? { settings } : { wrong: `has hooks.${strange} that is no list` };
}

/** The settings with our hooks, which make their signals in `folder`. Those of before are replaced. */
export function withHooks(settings: JsonRecord, folder: string): JsonRecord {
  const hooks = { ...asRecord(withoutHooks(settings)['hooks']) };
  for (const name of SIGNALS) {
    const ours = { type: 'command', command: hookCommand(folder, name), timeout: TIMEOUT_S };
    hooks[name] = [...listOf(hooks[name]), { hooks: [ours] }];
  }
  return { ...settings, hooks };
}

/** The settings without our hooks, and without what is empty because of that. */
export function withoutHooks(settings: JsonRecord): JsonRecord {
  const before = asRecord(settings['hooks']);
  if (before === undefined) return settings;
  const hooks = Object.fromEntries(
    Object.entries(before).flatMap(([name, matchers]) => {
      const kept = listOf(matchers).flatMap(withoutOurs);
      const isOnlyOurs = kept.length === 0 && listOf(matchers).length > 0;
      return isOnlyOurs ? [] : [[name, Array.isArray(matchers) ? kept : matchers]];
    }),
  );
  if (Object.keys(hooks).length > 0 || Object.keys(before).length === 0) return { ...settings, hooks };
  const { hooks: _empty, ...rest } = settings;
  return rest;
}

/** Which of our hooks are there; `stale` when one makes its signals elsewhere. */
export function hooksIn(settings: JsonRecord, folder: string): 'all' | 'some' | 'none' | 'stale' {
  const commands = SIGNALS.map((name) => listOf(asRecord(settings['hooks'])?.[name]).flatMap(commandsOf).filter(isOurs));
  if (commands.every((found) => found.length === 0)) return 'none';
  if (commands.some((found) => found.length === 0)) return 'some';
  return SIGNALS.every((name, index) => commands[index]?.includes(hookCommand(folder, name))) ? 'all' : 'stale';
}

/** As the text before was written: its indentation and its end. */
export function settingsText(settings: JsonRecord, before: string | undefined): string {
  const indent = /^[ \t]+(?=")/m.exec(before ?? '')?.[0] ?? (before === undefined || before.includes('\n') ? '  ' : '');
  return `${JSON.stringify(settings, undefined, indent)}${before === undefined || before.endsWith('\n') ? '\n' : ''}`;
}

/** A matcher of somebody else stays as it is, one that had nothing but our hook goes. */
function withoutOurs(matcher: unknown): unknown[] {
  if (!commandsOf(matcher).some(isOurs)) return [matcher];
  const kept = listOf(asRecord(matcher)?.['hooks']).filter((hook) => !isOurs(asRecord(hook)?.['command']));
  return kept.length === 0 ? [] : [{ ...asRecord(matcher), hooks: kept }];
}

function commandsOf(matcher: unknown): unknown[] {
  return listOf(asRecord(matcher)?.['hooks']).map((hook) => asRecord(hook)?.['command']);
}

function isOurs(command: unknown): boolean {
  return typeof command === 'string' && command.endsWith(HOOK_MARK);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
