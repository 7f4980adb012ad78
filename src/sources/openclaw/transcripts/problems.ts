// Owns what went wrong while reading: each problem is named in the log once and counted. Knows no file's content.

import type { Clock } from '../../../core/clock.ts';
import type { Logger } from '../../../core/log.ts';
import { createRepeatLog } from '../../../core/repeat-log.ts';
import { remember } from '../../../core/remember.ts';

/** The closed set of things that can be wrong with what is read. Everything else goes on. */
export type ProblemKind =
  | 'symlink'
  | 'not_a_file'
  | 'outside'
  | 'unreadable'
  | 'exhausted'
  | 'failed'
  | 'long_line'
  | 'nul_block'
  | 'index_missing'
  | 'index_broken'
  | 'index_refused'
  | 'index_unreadable'
  | 'index_large'
  | 'folder_unreadable'
  | 'too_many'
  | 'watch_limit'
  | 'watch_failed'
  | 'emit_failed';

/** How often a problem was met, where last, and of how many paths it is not known to be over. */
export interface Problem {
  kind: ProblemKind;
  count: number;
  path: string;
  lastAt: number;
  standing: number;
}

const SENTENCES: Record<ProblemKind, string> = {
  symlink: 'A transcript is a symbolic link and is not followed.',
  not_a_file: 'A transcript is no regular file and is not opened.',
  outside: 'A transcript lies behind a symbolic link outside the transcript directory and is not read.',
  unreadable: 'A transcript cannot be read: permission denied.',
  exhausted: 'No file handles are left; reading is tried again.',
  failed: 'A transcript cannot be read.',
  long_line: 'A line is too long and was skipped.',
  nul_block: 'A block of NUL bytes was skipped.',
  index_missing: 'There is no session index yet.',
  index_broken: 'The session index is not valid JSON; the last good one is used.',
  index_refused: 'The session index is no regular file and is not read; the last good one is used.',
  index_unreadable: 'The session index cannot be read: permission denied; the last good one is used.',
  index_large: 'The session index has more rows than are kept; sessions that were not updated for long are missing.',
  folder_unreadable: 'A folder cannot be listed: permission denied.',
  too_many: 'An agent has more transcripts at work than are followed at once; the others wait.',
  watch_limit:
    'The system has no file watches left; polling instead. Raise fs.inotify.max_user_watches or fs.inotify.max_user_instances to get events again.',
  emit_failed: 'An event could not be handed on.',
  watch_failed: 'File events failed; the slow sweep goes on.',
};

const MAX_PATHS = 10_000; // per kind: what is counted must not fill the memory
const MAX_NAMED = 20; // paths of a kind that get a line of their own
/** What is wrong with one agent's folder is often wrong with all of them. */
const OF_FOLDERS: readonly ProblemKind[] = ['too_many', 'index_missing', 'index_unreadable', 'folder_unreadable'];

export interface Problems {
  /** `path` is the file or folder concerned; `times` how often it happened at once. */
  note(kind: ProblemKind, path: string, times?: number): void;
  /** For what stays as it is: counted once per path. */
  noteOnce(kind: ProblemKind, path: string): void;
  /** The problem is over for this path. Its count stays. */
  over(kind: ProblemKind, path: string): void;
  list(): Problem[];
}

/** The log names the first paths of each kind: five thousand folders without an index are one line. */
export function createProblems(log: Logger, clock: Clock): Problems {
  const repeats = createRepeatLog(log, clock, { remindAfterMs: Number.POSITIVE_INFINITY });
  const byKind = new Map<ProblemKind, Omit<Problem, 'standing'>>();
  /** The paths of a kind with the key under which the log knows them. */
  const pathsByKind = new Map<ProblemKind, Map<string, string>>();
  const pathsOf = (kind: ProblemKind) => pathsByKind.get(kind) ?? new Map<string, string>();
  const note = (kind: ProblemKind, path: string, times = 1) => {
    byKind.set(kind, { kind, count: (byKind.get(kind)?.count ?? 0) + times, path, lastAt: clock.now() });
    const paths = pathsOf(kind);
    pathsByKind.set(kind, paths);
    const isNamed = paths.size < MAX_NAMED && !OF_FOLDERS.includes(kind);
    const key = paths.get(path) ?? (isNamed ? `${kind}:${path}` : kind);
    remember(paths, path, key, MAX_PATHS);
    repeats.failed(key, { path }, SENTENCES[kind]);
  };
  return {
    note,
    noteOnce(kind, path) {
      if (!pathsOf(kind).has(path)) note(kind, path);
    },
    over(kind, path) {
      const paths = pathsOf(kind);
      const key = paths.get(path);
      if (key === undefined) return;
      paths.delete(path);
      if (key !== kind || paths.size === 0) repeats.recovered(key, { path, was: kind }, 'A reading problem is over.');
    },
    list: () =>
      [...byKind.values()].map((problem) => {
        const paths = pathsOf(problem.kind);
        return { ...problem, path: paths.keys().next().value ?? problem.path, standing: paths.size };
      }),
  };
}
