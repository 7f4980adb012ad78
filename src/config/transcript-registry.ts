// Reads `transcript-sources.json`, in which openclaw-node lists the folders of transcripts that it reads. It stands beside the workspace and
// anybody who works there may write it: what it names is looked at, with our own rights, and where boxes go is up to ROUTES as before.

import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { asList, asRecord, asText, parseJson } from '../core/json-guards.ts';
import { readRegularFile } from './regular-file.ts';

export interface TranscriptRegistry {
  /** Folders that are there, by the id of the source that reads them. */
  readonly homes: Readonly<Record<string, readonly string[]>>;
  /** A sentence for people: what is made of it. None without such a file. */
  readonly because: readonly string[];
}

const NAME = 'transcript-sources.json';
const MAX_BYTES = 262_144; // a registry has some lines for each folder
const MOST_ENTRIES = 100;
const MOST_NAMES = 8;
const MAX_PATH = 1_024;
const OPENCLAW = 'openclaw-gateway';
const NOTHING: TranscriptRegistry = { homes: {}, because: [] };

/** The sources of coding agents by the formats of the registry, with the folder of a home in which its logs are. */
const READERS: Readonly<Record<string, { readonly id: string; readonly logs: string }>> = {
  'claude-code': { id: 'claude-code', logs: 'projects' },
  codex: { id: 'codex', logs: 'sessions' },
  pi: { id: 'pi', logs: 'sessions' },
};

/** `workspace`: OPENCLAW_NODE_DIR. Nothing without it, and nothing that such a file says makes the start fail. */
export function readTranscriptRegistry(workspace: string | undefined, env: NodeJS.ProcessEnv): TranscriptRegistry {
  if (workspace === undefined) return NOTHING;
  const path = [join(dirname(workspace), 'config', NAME), join(workspace, NAME)].find(isThere);
  if (path === undefined) return NOTHING;
  const read = readRegularFile(path, MAX_BYTES);
  if ('wrong' in read) return { homes: {}, because: [`${NAME} of openclaw-node is not read: it is ${read.wrong}.`] };
  const entries = asList(asRecord(parseJson(read.text))?.['sources'] ?? parseJson(read.text));
  if (entries.length === 0) return { homes: {}, because: [`${path} of openclaw-node names no transcripts.`] };
  const uses = entries.slice(0, MOST_ENTRIES).map((entry) => useOf(entry, env));
  return { homes: homesOf(uses), because: [sentenceOf(path, uses, entries.length - uses.length)] };
}

type Use = { readonly id: string; readonly home: string } | { readonly unused: string };

function useOf(value: unknown, env: NodeJS.ProcessEnv): Use {
  const entry = asRecord(value);
  const [path, format] = [folderIn(asText(entry?.['path']), env), asText(entry?.['format']) ?? ''];
  if (entry === undefined || path === undefined) return { unused: 'without a folder' };
  if (entry['enabled'] === false) return { unused: 'switched off' };
  if (format === OPENCLAW) return { unused: 'of OpenClaw, which TRANSCRIPT_DIR names' };
  const reader = Object.hasOwn(READERS, format) ? READERS[format] : undefined;
  if (reader === undefined) return { unused: `of the unknown format ${/^[\w.-]{1,40}$/.test(format) ? format : 'that is no name'}` };
  const home = homeAbove(path, reader.logs);
  return home === undefined ? { unused: 'that are not there' } : { id: reader.id, home };
}

/** A path as the project writes it; relative ones are none, since nobody knows from where. */
function folderIn(text: string | undefined, { HOME }: NodeJS.ProcessEnv): string | undefined {
  // oxlint-disable-next-line no-control-regex -- no folder of transcripts has one in its name
  if (text === undefined || text.length > MAX_PATH || /[\u0000-\u001f\u007f]/.test(text)) return undefined;
  if (HOME !== undefined && /^~(?:\/|$)/.test(text)) return resolve(HOME, `.${text.slice(1)}`);
  return text.startsWith('/') ? resolve(text) : undefined;
}

/** The registry names one project's folder of logs, that of all of them, or the home. */
function homeAbove(path: string, logs: string): string | undefined {
  if (isFolder(join(path, logs))) return path;
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    if (basename(folder) === logs) return isFolder(folder) ? dirname(folder) : undefined;
  }
  return undefined;
}

function homesOf(uses: readonly Use[]): TranscriptRegistry['homes'] {
  const found = uses.filter((use) => 'home' in use);
  const ids = [...new Set(found.map(({ id }) => id))];
  return Object.fromEntries(ids.map((id) => [id, [...new Set(found.filter((use) => use.id === id).map(({ home }) => home))]]));
}

function sentenceOf(path: string, uses: readonly Use[], beyond: number): string {
  const used = uses.filter((use) => 'home' in use).length;
  const all = uses.flatMap((use) => ('unused' in use ? [use.unused] : []));
  const names = [...new Set(all)].slice(0, MOST_NAMES);
  const rest = beyond + all.filter((one) => !names.includes(one)).length;
  const counts = names.map((name) => `${all.filter((one) => one === name).length} ${name}`);
  const others = rest === 0 ? [] : [`${rest} more`];
  const unused = counts.length + others.length === 0 ? '' : `, not used: ${[...counts, ...others].join(', ')}`;
  return `${path} of openclaw-node names folders of transcripts: ${used} used${unused}.`;
}

function isThere(path: string): boolean {
  return stats(path) !== undefined;
}

function isFolder(path: string): boolean {
  return stats(path)?.isDirectory() === true;
}

function stats(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
