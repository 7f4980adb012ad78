// Counts what went wrong while files were read, and logs each problem once.

import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/log.ts';
import { setBounded } from '../core/bounded-map.ts';
import { createRepeatLog } from '../core/repeat-log.ts';
import type { Refusal } from './open-file.ts';

/** What can be wrong with any file that is followed. A source adds kinds of its own. */
export type FileProblem = Exclude<Refusal, 'missing'> | 'long_line' | 'nul_block' | 'too_many';

/** What can be wrong with the folders of these files. */
export type FolderProblem = 'folder_unreadable' | 'watch_limit' | 'watch_failed';

/** How often a problem occurred, where last, and on how many paths (`standing`) it still exists. */
export interface Problem<Kind> {
  kind: Kind;
  count: number;
  path: string;
  lastAt: number;
  standing: number;
}

/** The log sentences for the problems of a source. */
export interface ProblemText<Kind extends string> {
  sentences: Readonly<Record<Kind, string>>;
  /** Kinds that often concern many folders at once: all their paths share one log line. */
  ofFolders: readonly Kind[];
}

/** The sentences for a source whose files are called `noun`, such as `transcript`. */
export function fileSentences(noun: string): Record<FileProblem | FolderProblem, string> {
  return {
    symlink: `A ${noun} is a symbolic link and is not followed.`,
    not_a_file: `A ${noun} is no regular file and is not opened.`,
    outside: `A ${noun} lies behind a symbolic link outside the ${noun} directory and is not read.`,
    unreadable: `A ${noun} cannot be read: permission denied. Run the watcher as its owner.`,
    exhausted: 'No file handles are left; reading is tried again.',
    failed: `A ${noun} cannot be read.`,
    long_line: 'A line is too long and was skipped.',
    nul_block: 'A block of NUL bytes was skipped.',
    too_many: `An agent has more ${noun}s at work than are followed at once; the others wait.`,
    folder_unreadable: 'A folder cannot be listed: permission denied. Run the watcher as its owner.',
    watch_limit:
      'The system has no file watches left; polling instead. Raise fs.inotify.max_user_watches or fs.inotify.max_user_instances to get events again.',
    watch_failed: 'File events failed. Changes are found by looking every few seconds.',
  };
}

const MAX_PATHS = 10_000; // per kind: the counts must not fill the memory
const MAX_NAMED = 20; // paths of a kind that get a line of their own

/** Records problems. Code that follows files needs no more than this. */
export interface ProblemRecorder<Kind> {
  /** `path` is the file or folder; `times` says how often it happened at once. */
  record(kind: Kind, path: string, times?: number): void;
  /** For a problem that lasts: it is counted once per path. */
  recordOnce(kind: Kind, path: string): void;
  /** The problem no longer exists on this path. Its count stays. */
  clear(kind: Kind, path: string): void;
}

export interface FileProblems<Kind> extends ProblemRecorder<Kind> {
  list(): Problem<Kind>[];
}

/** The log names the first paths of each kind only: five thousand folders without an index give one line. */
export function createFileProblems<Kind extends string>(text: ProblemText<Kind>, log: Logger, clock: Clock): FileProblems<Kind> {
  const repeats = createRepeatLog(log, clock, { remindAfterMs: Number.POSITIVE_INFINITY });
  const byKind = new Map<Kind, Omit<Problem<Kind>, 'standing'>>();
  /** The paths of each kind, with the key that the log has for them. */
  const pathsByKind = new Map<Kind, Map<string, string>>();
  const record = (kind: Kind, path: string, times = 1) => {
    byKind.set(kind, { kind, count: (byKind.get(kind)?.count ?? 0) + times, path, lastAt: clock.now() });
    const paths = pathsByKind.get(kind) ?? new Map<string, string>();
    pathsByKind.set(kind, paths);
    const isNamed = paths.size < MAX_NAMED && !text.ofFolders.includes(kind);
    const key = paths.get(path) ?? (isNamed ? `${kind}:${path}` : kind);
    setBounded(paths, path, key, MAX_PATHS);
    repeats.failed(key, { path }, text.sentences[kind]);
  };
  return {
    record,
    recordOnce(kind, path) {
      if (pathsByKind.get(kind)?.has(path) !== true) record(kind, path);
    },
    clear(kind, path) {
      const paths = pathsByKind.get(kind);
      const key = paths?.get(path);
      if (paths === undefined || key === undefined) return;
      paths.delete(path);
      if (key !== kind || paths.size === 0) repeats.recovered(key, { path, was: kind }, 'A reading problem is over.');
    },
    list: () =>
      [...byKind.values()].map((problem) => {
        const paths = pathsByKind.get(problem.kind);
        return { ...problem, path: paths?.keys().next().value ?? problem.path, standing: paths?.size ?? 0 };
      }),
  };
}
