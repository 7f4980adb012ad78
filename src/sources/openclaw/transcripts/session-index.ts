// Owns what the session indexes of all folders say, and finds the session of a transcript. Reads no file.

import type { IndexEntry } from '../decoding/index-entry.ts';
import { isRunAlias } from '../decoding/session-key.ts';
import { sessionIdOf } from './file-name.ts';

/** The scope of an index that speaks for every folder (`SESSIONS_JSON`). */
export const EVERY_FOLDER = '';

interface Scope {
  entriesByKey: Map<string, IndexEntry>;
  keysByFile: Map<string, string>;
  keysBySessionId: Map<string, string>;
}

/** Entries that are new or say something else than before, and keys that the index does not name any more. */
export interface IndexChange {
  entries: IndexEntry[];
  goneKeys: string[];
}

/** All sessions of all folders. A broken or missing index leaves what it said last. */
export class SessionIndex {
  readonly #scopesByFolder = new Map<string, Scope>();

  /** Replaces what one folder's index says; returns what is different from before. */
  replace(folder: string, entries: readonly IndexEntry[]): IndexChange {
    const before = this.#scopesByFolder.get(folder)?.entriesByKey;
    const scope = scopeOf(entries);
    this.#scopesByFolder.set(folder, scope);
    const goneKeys = [...(before?.keys() ?? [])].filter((key) => !scope.entriesByKey.has(key));
    return { entries: [...scope.entriesByKey.values()].filter((entry) => !isSame(before?.get(entry.key), entry)), goneKeys };
  }

  /** Forgets a folder that is no longer there. */
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

  /** The key of the session with this id, in whatever folder. */
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

  /** The key of the session a transcript belongs to: by the file the index names, else by the session id in the file's name. */
  keyOf(folder: string, fileName: string, sessionId: string): string | undefined {
    for (const scope of [this.#scopesByFolder.get(folder), this.#scopesByFolder.get(EVERY_FOLDER)]) {
      const key = scope?.keysByFile.get(fileName) ?? keyOfId(scope, sessionId);
      if (key !== undefined) return key;
    }
    return undefined;
  }

  /** Whether an index says in so many words that this file is a session's. */
  namesFile(folder: string, fileName: string): boolean {
    return [folder, EVERY_FOLDER].some((path) => {
      const scope = this.#scopesByFolder.get(path);
      return scope?.keysByFile.has(fileName) === true || keyOfId(scope, fileName.replace(/\.jsonl$/, '')) !== undefined;
    });
  }
}

/** A session that has a file of that id under another name: this one is a copy of it, whatever it is called. */
function keyOfId(scope: Scope | undefined, sessionId: string): string | undefined {
  const key = scope?.keysBySessionId.get(sessionId);
  const { fileName } = (key === undefined ? undefined : scope?.entriesByKey.get(key)) ?? {};
  return fileName !== undefined && sessionIdOf(fileName) === sessionId ? undefined : key;
}

function scopeOf(entries: readonly IndexEntry[]): Scope {
  const scope: Scope = { entriesByKey: new Map(), keysByFile: new Map(), keysBySessionId: new Map() };
  // Two that differ only in the case of their keys are one session: the newer one counts.
  for (const entry of entries)
    if ((entry.updatedAt ?? 0) >= (scope.entriesByKey.get(entry.key)?.updatedAt ?? 0)) scope.entriesByKey.set(entry.key, entry);
  // The job's own key is written last and wins; ids from before a reset only fill gaps.
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

/** Compared by hand: an index of thousands of entries is replaced several times a second. */
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
