// What of a tool's arguments may be shown: paths always, everything else only where a route allows commands or texts. Never contents.

import { basename, isAbsolute, normalize, relative } from 'node:path';
import { asText, type JsonRecord } from '../../core/json-guards.ts';
import type { Visibility } from '../../core/source.ts';
import { judgedArgs, shortened } from '../coding-agents/judged-args.ts';
import type { SafeText } from '../openclaw/decoding/safe-text.ts';

const PATHS: ReadonlySet<string> = new Set(['file_path', 'notebook_path', 'path', 'planFilePath']);
/** Contents of files, and what a person or an agent wrote for another. */
const CONTENTS: ReadonlySet<string> = new Set(['content', 'new_string', 'old_string', 'edits', 'new_source', 'plan', 'todos', 'data']);
const TEXTS: ReadonlySet<string> = new Set([
  'prompt',
  'description',
  'questions',
  'message',
  'subject',
  'activeForm',
  'skill',
  'args',
  'to',
]);
const TEXT_TOOLS: ReadonlySet<string> = new Set(['Agent', 'Task', 'AskUserQuestion', 'TaskCreate', 'TaskUpdate', 'SendMessage', 'Skill']);
const MAX_PATH_POINTS = 300;
const MAX_VALUE_POINTS = 300;

/** The folders of a session, the nearest first. */
export type Folders = readonly string[];

export function shownArgs(tool: string, input: JsonRecord, may: Visibility, folders: Folders, safe: SafeText): Record<string, string> {
  const entries = Object.entries(input).flatMap(([name, value]): [string, unknown][] => {
    const path = PATHS.has(name) ? asText(value) : undefined;
    if (path !== undefined) return [[name, safe.line(pathIn(path, folders), MAX_PATH_POINTS)]];
    return mayShow(tool, name, may) ? [[name, value]] : [];
  });
  return shortened(entries, safe, MAX_VALUE_POINTS);
}

function mayShow(tool: string, name: string, may: Visibility): boolean {
  if (CONTENTS.has(name)) return false;
  return TEXT_TOOLS.has(tool) && TEXTS.has(name) ? may.texts : may.commands;
}

/** Everything that rules may look at. */
export function hiddenArgs(input: JsonRecord, safe: SafeText): Record<string, string> {
  return judgedArgs(Object.fromEntries(Object.entries(input).filter(([name]) => !CONTENTS.has(name))), safe);
}

/** Below one of the folders: relative to it. Outside: the last part alone. */
function pathIn(path: string, folders: Folders): string {
  if (!isAbsolute(path)) return normalize(path).startsWith('..') || path.startsWith('~') ? basename(path) : path;
  for (const folder of folders) {
    const inside = relative(folder, path) || '.';
    if (!inside.startsWith('..') && !isAbsolute(inside)) return inside;
  }
  return basename(path);
}
