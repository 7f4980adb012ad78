// Owns what went wrong while reading: each problem is named in the log once and counted. Knows no file's content.

import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/log.ts';
import { createRepeatLog } from '../../core/repeat-log.ts';
import { remember } from '../decoding/remember.ts';

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
  | 'folder_unreadable'
  | 'watch_limit'
  | 'watch_failed'
  | 'emit_failed';

/** How often a problem was met, and where last. */
export interface Problem {
  kind: ProblemKind;
  count: number;
  path: string;
  lastAt: number;
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
  index_refused: 'The session index cannot be read; the last good one is used.',
  folder_unreadable: 'A sessions folder cannot be listed.',
  watch_limit:
    'The system has no file watches left; polling instead. Raise fs.inotify.max_user_watches or fs.inotify.max_user_instances to get events again.',
  emit_failed: 'An event could not be handed on.',
  watch_failed: 'File events failed; the slow sweep goes on.',
};

const MAX_LASTING = 1_000;

export interface Problems {
  /** `path` is the file or folder concerned; `times` how often it happened at once. */
  note(kind: ProblemKind, path: string, times?: number): void;
  /** For what stays as it is: counted once per path. */
  noteOnce(kind: ProblemKind, path: string): void;
  /** The problem is over. Only the log is told; counts stay. */
  over(kind: ProblemKind, path: string): void;
  list(): Problem[];
}

export function createProblems(log: Logger, clock: Clock): Problems {
  const repeats = createRepeatLog(log, clock, { remindAfterMs: Number.POSITIVE_INFINITY });
  const byKind = new Map<ProblemKind, Problem>();
  const lasting = new Map<string, true>();
  const note = (kind: ProblemKind, path: string, times = 1) => {
    byKind.set(kind, { kind, count: (byKind.get(kind)?.count ?? 0) + times, path, lastAt: clock.now() });
    repeats.failed(`${kind}:${path}`, { path }, SENTENCES[kind]);
  };
  return {
    note,
    noteOnce(kind, path) {
      if (!lasting.has(`${kind}:${path}`)) note(kind, path);
      remember(lasting, `${kind}:${path}`, true, MAX_LASTING);
    },
    over: (kind, path) => repeats.recovered(`${kind}:${path}`, { path, was: kind }, 'A reading problem is over.'),
    list: () => [...byKind.values()],
  };
}
