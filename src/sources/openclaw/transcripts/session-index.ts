// Keeps the rows of all session indexes, and finds the session of a transcript in them. Reads no file.

import type { IndexEntry } from '../decoding/index-entry.ts';
import { isRunAlias } from '../decoding/session-key.ts';
import { sessionIdOf } from './file-name.ts';

/** The scope of an index for all folders (`SESSIONS_JSON`). */
export const EVERY_FOLDER = '';

interface Scope {
  entriesByKey: Map<string, IndexEntry>;
  keysByFile: Map<string, string>;
  keysBySessionId: Map<string, string>;
}

/** Entries that are new or changed, and keys that are no longer in the index. */
export interface IndexChange {
  entries: IndexEntry[];
  goneKeys: string[];
}

/** All sessions of all folders. When an index is broken or missing, its last rows stay. */
export class SessionIndex {
  readonly #scopesByFolder = new Map<string, Scope>();

  /** Replaces the rows of one folder's index; returns what has changed. */
  replace(folder: string, entries: readonly IndexEntry[]): IndexChange {
    const before = this.#scopesByFolder.get(folder)?.entriesByKey;
    const scope = scopeOf(entries);
    this.#scopesByFolder.set(folder, scope);
    const goneKeys = [...(before?.keys() ?? [])].filter((key) => !scope.entriesByKey.has(key));
    return { entries: [...scope.entriesByKey.values()].filter((entry) => !isSame(before?.get(entry.key), entry)), goneKeys };
  }

  /** Removes the rows of a folder that no longer exists. */
  remove(folder: string): void {
    this.#scopesByFolder.delete(folder);
  }

  entryOf(key: string): IndexEntry | undefined {
    for (const scope of this.#scopesByFolder.values()) {
      const entry = scope.entriesByKey.get(key);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  /** The key of the session with this id, in any folder. */
  keyOfSession(sessionId: string): string | undefined {
    for (const { keysBySessionId } of this.#scopesByFolder.values()) {
      const key = keysBySessionId.get(sessionId);
      if (key !== undefined) return key;
    }
    return undefined;
  }

  /** The folder whose index holds this key; `EVERY_FOLDER` for the index of all. */
  folderOf(key: string): string | undefined {
    for (const [folder, scope] of this.#scopesByFolder) if (scope.entriesByKey.has(key)) return folder;
    return undefined;
  }

  all(): IndexEntry[] {
    return [...this.#scopesByFolder.values()].flatMap((scope) => [...scope.entriesByKey.values()]);
  }

  /** The key of a transcript's session: by the file name in the index, else by the session id in the file name. */
  keyOf(folder: string, fileName: string, sessionId: string): string | undefined {
    for (const scope of [this.#scopesByFolder.get(folder), this.#scopesByFolder.get(EVERY_FOLDER)]) {
      const key = scope?.keysByFile.get(fileName) ?? keyOfId(scope, sessionId);
      if (key !== undefined) return key;
    }
    return undefined;
  }

  /** Whether an index explicitly names this file as a session's. */
  namesFile(folder: string, fileName: string): boolean {
    return [folder, EVERY_FOLDER].some((path) => {
      const scope = this.#scopesByFolder.get(path);
      return scope?.keysByFile.has(fileName) === true || keyOfId(scope, fileName.replace(/\.jsonl$/, '')) !== undefined;
    });
  }
}

/** Ignores a session whose own file has that id under another name: then this file is a copy. */
function keyOfId(scope: Scope | undefined, sessionId: string): string | undefined {
  const key = scope?.keysBySessionId.get(sessionId);
  const { fileName } = (key === undefined ? undefined : scope?.entriesByKey.get(key)) ?? {};
  return fileName !== undefined && sessionIdOf(fileName) === sessionId ? undefined : key;
}

function scopeOf(entries: readonly IndexEntry[]): Scope {
  const scope: Scope = { entriesByKey: new Map(), keysByFile: new Map(), keysBySessionId: new Map() };
  // Entries whose keys differ only in case are one session: the newer entry counts.
  for (const entry of entries)
    if ((entry.updatedAt ?? 0) >= (scope.entriesByKey.get(entry.key)?.updatedAt ?? 0)) scope.entriesByKey.set(entry.key, entry);
  // The job's own key is added last and so wins over its aliases. Ids from before a reset only fill gaps.
  const [aliases, sessions] = partition([...scope.entriesByKey.values()], (entry) => isRunAlias(entry.key));
  for (const entry of [...aliases, ...sessions]) {
    if (entry.fileName !== undefined) scope.keysByFile.set(entry.fileName, entry.key);
    scope.keysBySessionId.set(entry.sessionId, entry.key);
  }
  for (const entry of sessions)
    for (const id of entry.earlierSessionIds) if (!scope.keysBySessionId.has(id)) scope.keysBySessionId.set(id, entry.key);
  return scope;
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

/** Compares field by field, for speed: an index of thousands of entries is replaced several times a second. */
function isSame(before: IndexEntry | undefined, now: IndexEntry): boolean {
  if (before === undefined || COMPARED.some((field) => before[field] !== now[field])) return false;
  const [{ messenger, to, threadId }, delivery] = [before.delivery, now.delivery];
  return messenger === delivery.messenger && to === delivery.to && threadId === delivery.threadId;
}

const COMPARED = [
  'updatedAt',
  'status',
  'sessionId',
  'fileName',
  'parentKey',
  'label',
  'audience',
  'startedAt',
  'endedAt',
  'wasAborted',
  'model',
  'contextTokens',
  'contextWindow',
] as const;
